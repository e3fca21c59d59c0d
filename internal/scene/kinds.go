package scene

import (
	"image/color"
	"math/rand/v2"
)

// Kind is what a thing is.
type Kind string

// The kinds of things.
const (
	Balloon    Kind = "balloon"
	Ball       Kind = "ball"
	Bed        Kind = "bed"
	Bench      Kind = "bench"
	Bicycle    Kind = "bicycle"
	Bird       Kind = "bird"
	Boat       Kind = "boat"
	Bookshelf  Kind = "bookshelf"
	Bus        Kind = "bus"
	Cactus     Kind = "cactus"
	Campfire   Kind = "campfire"
	Car        Kind = "car"
	Cat        Kind = "cat"
	Chair      Kind = "chair"
	Dog        Kind = "dog"
	Duck       Kind = "duck"
	FirTree    Kind = "fir tree"
	Flower     Kind = "flower"
	Guitar     Kind = "guitar"
	HotAir     Kind = "hot-air balloon"
	House      Kind = "house"
	Kite       Kind = "kite"
	Lamp       Kind = "lamp"
	Lighthouse Kind = "lighthouse"
	PalmTree   Kind = "palm tree"
	Person     Kind = "person"
	Plant      Kind = "plant"
	Poster     Kind = "poster"
	Rabbit     Kind = "rabbit"
	Sheep      Kind = "sheep"
	Snowman    Kind = "snowman"
	Sofa       Kind = "sofa"
	Tent       Kind = "tent"
	Tree       Kind = "tree"
	Umbrella   Kind = "umbrella"
)

// kind is how a [Kind] is told and drawn.
type kind struct {
	one, many   string
	color       Color // the usual one
	plain       bool  // it has no other colour
	lane        laneName
	indoors     bool // it may be in a room
	indoorsOnly bool
	vehicle     bool    // it drives on a road where there is one
	width       float32 // in its own units
	height      float32 // of what flies: the sky ends above it
	draw        func(*pen, look)
}

// look is what the drawing of one thing depends on.
type look struct {
	color color.RGBA
	time  Time
	rng   *rand.Rand // the same for the same thing at another time, in another colour
}

var kinds = map[Kind]kind{
	Balloon:    {one: "balloon", many: "balloons", color: Red, lane: sky, width: 40, height: 92, draw: drawBalloon},
	Ball:       {one: "ball", many: "balls", color: Red, lane: front, indoors: true, width: 38, draw: drawBall},
	Bed:        {one: "bed", many: "beds", color: White, lane: back, indoors: true, indoorsOnly: true, width: 190, draw: drawBed},
	Bench:      {one: "bench", many: "benches", color: Brown, lane: back, width: 92, draw: drawBench},
	Bicycle:    {one: "bicycle", many: "bicycles", color: Red, lane: front, width: 98, draw: drawBicycle},
	Bird:       {one: "bird", many: "birds", color: White, lane: sky, width: 52, height: 50, draw: drawBird},
	Boat:       {one: "boat", many: "boats", color: White, lane: water, width: 96, draw: drawBoat},
	Bookshelf:  {one: "bookshelf", many: "bookshelves", color: Brown, lane: back, indoors: true, indoorsOnly: true, width: 78, draw: drawBookshelf},
	Bus:        {one: "bus", many: "buses", color: Yellow, lane: front, vehicle: true, width: 176, draw: drawBus},
	Cactus:     {one: "cactus", many: "cacti", color: Green, plain: true, lane: back, width: 66, draw: drawCactus},
	Campfire:   {one: "campfire", many: "campfires", color: Orange, plain: true, lane: front, width: 60, draw: drawCampfire},
	Car:        {one: "car", many: "cars", color: Red, lane: front, vehicle: true, width: 126, draw: drawCar},
	Cat:        {one: "cat", many: "cats", color: Gray, lane: front, indoors: true, width: 50, draw: drawCat},
	Chair:      {one: "chair", many: "chairs", color: Brown, lane: back, indoors: true, width: 60, draw: drawChair},
	Dog:        {one: "dog", many: "dogs", color: Brown, lane: front, indoors: true, width: 82, draw: drawDog},
	Duck:       {one: "duck", many: "ducks", color: Yellow, lane: water, width: 46, draw: drawDuck},
	FirTree:    {one: "fir tree", many: "fir trees", color: Green, plain: true, lane: back, width: 70, draw: drawFirTree},
	Flower:     {one: "flower", many: "flowers", color: Red, lane: front, width: 36, draw: drawFlower},
	Guitar:     {one: "guitar", many: "guitars", color: Brown, lane: wall, indoors: true, indoorsOnly: true, width: 52, draw: drawGuitar},
	HotAir:     {one: "hot-air balloon", many: "hot-air balloons", color: Red, lane: sky, width: 88, height: 104, draw: drawHotAirBalloon},
	House:      {one: "house", many: "houses", color: White, lane: back, width: 136, draw: drawHouse},
	Kite:       {one: "kite", many: "kites", color: Red, lane: sky, width: 62, height: 72, draw: drawKite},
	Lamp:       {one: "lamp", many: "lamps", color: Yellow, lane: back, indoors: true, indoorsOnly: true, width: 56, draw: drawLamp},
	Lighthouse: {one: "lighthouse", many: "lighthouses", color: Red, lane: back, width: 76, draw: drawLighthouse},
	PalmTree:   {one: "palm tree", many: "palm trees", color: Green, plain: true, lane: back, width: 110, draw: drawPalmTree},
	Person:     {one: "person", many: "people", color: Blue, lane: front, indoors: true, width: 50, draw: drawPerson},
	Plant:      {one: "plant", many: "plants", color: Green, plain: true, lane: back, indoors: true, indoorsOnly: true, width: 54, draw: drawPlant},
	Poster:     {one: "poster", many: "posters", color: Blue, lane: wall, indoors: true, indoorsOnly: true, width: 60, draw: drawPoster},
	Rabbit:     {one: "rabbit", many: "rabbits", color: White, lane: front, width: 44, draw: drawRabbit},
	Sheep:      {one: "sheep", many: "sheep", color: White, lane: back, width: 70, draw: drawSheep},
	Snowman:    {one: "snowman", many: "snowmen", color: White, plain: true, lane: front, width: 60, draw: drawSnowman},
	Sofa:       {one: "sofa", many: "sofas", color: Green, lane: back, indoors: true, indoorsOnly: true, width: 172, draw: drawSofa},
	Tent:       {one: "tent", many: "tents", color: Orange, lane: back, width: 120, draw: drawTent},
	Tree:       {one: "tree", many: "trees", color: Green, plain: true, lane: back, width: 86, draw: drawTree},
	Umbrella:   {one: "umbrella", many: "umbrellas", color: Red, lane: back, width: 112, draw: drawUmbrella},
}
