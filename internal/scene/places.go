package scene

// place is how a [Place] is drawn, told and furnished.
type place struct {
	name     string // in an error: "in a bedroom"
	where    string // in a caption: "on a beach"
	afloat   string // the same of what is in the water there
	indoors  bool
	road     bool // the lane in front is a road: only vehicles go there
	fixture  Kind // what is always there; "" for nothing
	features []string
	lanes    map[laneName]lane
	draw     func(*pen, Scene)
}

// lane is a strip of the picture that things stand or fly in, side by side.
type lane struct {
	left, right float32 // where it begins and ends
	y           float32 // the height of the feet
	stray       float32 // how far up from y they may be
	scale       float32 // the size of things
	fixed       bool    // it is the same however few there are
}

type laneName uint8

// The lanes, from back to front.
const (
	sky laneName = iota
	wall
	water
	back
	front
	lanes
)

// laneOf returns the lane for a kind of things, and whether there is one.
func (p place) laneOf(k kind) (laneName, bool) {
	lane := k.lane
	if lane == front && p.road && !k.vehicle {
		lane = back
	}
	if k.vehicle && p.road {
		lane = front
	}
	if p.indoors && !k.indoors || !p.indoors && k.indoorsOnly {
		return lane, false
	}
	_, ok := p.lanes[lane]
	return lane, ok
}

// outdoors is the lane in the sky of every place.
var outdoors = lane{26, 454, 112, 50, 1, false}

var places = map[Place]place{
	Meadow: {
		name: "meadow", where: "in a meadow", draw: drawMeadow,
		features: []string{"meadow", "grass", "hill", "field"},
		lanes:    map[laneName]lane{sky: outdoors, back: {20, 460, 262, 8, 1, false}, front: {30, 450, 340, 14, 1.2, false}},
	},
	Beach: {
		name: "beach", where: "on a beach", afloat: "on the sea at a beach", draw: drawBeach,
		features: []string{"beach", "sand", "sea", "water", "ocean"},
		lanes: map[laneName]lane{sky: outdoors, water: {24, 456, 214, 20, 0.9, false},
			back: {20, 460, 284, 6, 0.95, false}, front: {30, 450, 342, 12, 1.15, false}},
	},
	Street: {
		name: "street", where: "on a city street", draw: drawStreet, road: true,
		features: []string{"street", "city", "road", "building", "town"},
		lanes:    map[laneName]lane{sky: outdoors, back: {24, 456, 276, 4, 0.95, false}, front: {20, 460, 340, 6, 1.1, false}},
	},
	Mountains: {
		name: "mountain valley", where: "in the mountains", afloat: "on a lake in the mountains", draw: drawMountains,
		features: []string{"mountain", "lake", "water", "grass", "meadow"},
		lanes: map[laneName]lane{sky: outdoors, water: {60, 420, 250, 6, 0.68, false},
			back: {20, 460, 292, 6, 0.9, false}, front: {30, 450, 344, 10, 1.15, false}},
	},
	Desert: {
		name: "desert", where: "in a desert", draw: drawDesert,
		features: []string{"desert", "sand", "dune"},
		lanes:    map[laneName]lane{sky: outdoors, back: {20, 460, 268, 8, 1, false}, front: {30, 450, 340, 12, 1.2, false}},
	},
	Snow: {
		name: "snow field", where: "in the snow", draw: drawSnow,
		features: []string{"snow", "hill", "field", "winter"},
		lanes:    map[laneName]lane{sky: outdoors, back: {20, 460, 266, 8, 1, false}, front: {30, 450, 340, 14, 1.2, false}},
	},
	Harbour: {
		name: "harbour", where: "in a harbour", afloat: "in a harbour", draw: drawHarbour,
		features: []string{"harbour", "harbor", "sea", "water", "quay", "port", "town", "building"},
		lanes: map[laneName]lane{sky: outdoors, water: {24, 456, 276, 16, 1.25, false},
			back: {20, 460, 302, 2, 0.95, false}, front: {30, 450, 344, 8, 1.1, false}},
	},
	Bedroom: {
		name: "bedroom", where: "a bedroom", draw: drawBedroom, indoors: true, fixture: Bed,
		features: []string{"bedroom", "room", "wall", "indoor", "inside"},
		lanes:    map[laneName]lane{wall: {34, 320, 124, 0, 1, true}, back: {20, 462, 284, 0, 1.2, true}, front: {40, 440, 344, 8, 1.15, false}},
	},
	LivingRoom: {
		name: "living room", where: "a living room", draw: drawLivingRoom, indoors: true, fixture: Sofa,
		features: []string{"room", "wall", "indoor", "inside"},
		lanes:    map[laneName]lane{wall: {160, 446, 124, 0, 1, true}, back: {20, 462, 284, 0, 1.2, true}, front: {40, 440, 344, 8, 1.15, false}},
	},
}
