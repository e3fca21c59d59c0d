package scene

import "slices"

// Named is a scene of the gallery.
type Named struct {
	ID    string `json:"id"` // a slash path that ends in .png
	Scene Scene  `json:"scene"`
}

// Gallery returns a choice of scenes, ordered by ID, that makes good queries:
// each that is worth asking for has neighbours that miss it by one thing. The
// caller may change what it gets.
func Gallery() []Named {
	all := slices.Concat(beaches(), streets(), meadows(), mountains(), farAway(), harbours(), bedrooms(), livingRooms())
	slices.SortFunc(all, func(a, b Named) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return all
}

// some is several things of a kind.
func some(n int, c Color, k Kind) Item { return Item{Kind: k, Color: c, Count: n} }

// a is one thing of a kind; c may be "".
func a(c Color, k Kind) Item { return some(1, c, k) }

// on puts an item to a side.
func (it Item) on(s Side) Item {
	it.Side = s
	return it
}

func named(id string, p Place, t Time, items ...Item) Named {
	return Named{id + ".png", Scene{Place: p, Time: t, Items: items}}
}

// in changes the weather.
func (n Named) in(w Weather) Named {
	n.Scene.Weather = w
	return n
}

// The boats of "two red boats at sunset": one too few, the wrong colour, the
// wrong time.
func beaches() []Named {
	return []Named{
		named("beach/red-umbrella", Beach, Day, a(Red, Umbrella).on(Left), a(Yellow, Ball).on(Right)),
		named("beach/blue-umbrella", Beach, Day, a(Blue, Umbrella).on(Left), a(Yellow, Ball).on(Right)),
		named("beach/red-umbrella-sunset", Beach, Sunset, a(Red, Umbrella).on(Right)),
		named("beach/two-red-boats-sunset", Beach, Sunset, some(2, Red, Boat)),
		named("beach/one-red-boat-sunset", Beach, Sunset, a(Red, Boat)),
		named("beach/two-white-boats-sunset", Beach, Sunset, some(2, White, Boat)),
		named("beach/two-red-boats-day", Beach, Day, some(2, Red, Boat)),
		named("beach/dog-and-ball", Beach, Day, a(Brown, Dog), a(Red, Ball)),
		named("beach/three-kites", Beach, Day, a(Red, Kite), a(Yellow, Kite), a(Purple, Kite), a(Orange, Person)),
		named("beach/palms-night", Beach, Night, some(2, "", PalmTree), a("", Campfire)),
	}
}

// "Make it night and the car blue", from a red car by day.
func streets() []Named {
	return []Named{
		named("street/red-car-day", Street, Day, a(Red, Car)),
		named("street/red-car-night", Street, Night, a(Red, Car)),
		named("street/blue-car-day", Street, Day, a(Blue, Car)),
		named("street/blue-car-night", Street, Night, a(Blue, Car)),
		named("street/two-blue-cars-night", Street, Night, some(2, Blue, Car)),
		named("street/two-red-cars-night", Street, Night, some(2, Red, Car)),
		named("street/yellow-cars-rain", Street, Day, some(2, Yellow, Car)).in(Rain),
		named("street/green-bus", Street, Day, a(Green, Bus).on(Right), a(Red, Person).on(Left)),
		named("street/bicycle-tree-sunset", Street, Sunset, a("", Tree), a(Red, Bicycle)),
		named("street/dog-walk", Street, Day, a(Yellow, Person), a(Black, Dog)),
	}
}

func meadows() []Named {
	return []Named{
		named("meadow/house-tree-day", Meadow, Day, a(White, House), a("", Tree)),
		named("meadow/house-tree-sunset", Meadow, Sunset, a(White, House), a("", Tree)),
		named("meadow/red-house-night", Meadow, Night, a(Red, House)),
		named("meadow/house-balloons", Meadow, Day, some(3, Red, Balloon), a(Yellow, House)),
		named("meadow/child-kite", Meadow, Day, a(Yellow, Kite), a(Green, Person)),
		named("meadow/two-dogs-ball", Meadow, Day, a(Brown, Dog).on(Left), a(White, Dog).on(Right), a(Red, Ball)),
		named("meadow/dog-and-cat", Meadow, Day, a(Brown, Dog), a(Orange, Cat)),
		named("meadow/three-sheep-day", Meadow, Day, some(3, White, Sheep), a("", Tree)),
		named("meadow/three-sheep-night", Meadow, Night, some(3, White, Sheep), a("", Tree)),
		named("meadow/red-flowers", Meadow, Day, some(5, Red, Flower)),
		named("meadow/yellow-flowers", Meadow, Day, some(5, Yellow, Flower)),
		named("meadow/rabbits-flowers", Meadow, Day, some(2, White, Rabbit), some(2, Purple, Flower)),
		named("meadow/bench-birds", Meadow, Sunset, some(3, Black, Bird), a("", Tree), a(Brown, Bench)),
	}
}

func mountains() []Named {
	return []Named{
		named("mountains/tent-night", Mountains, Night, a(Orange, Tent), a("", Campfire)),
		named("mountains/tent-day", Mountains, Day, a(Orange, Tent)),
		named("mountains/hot-air-balloons", Mountains, Day, a(Red, HotAir), a(Yellow, HotAir), a(Blue, HotAir)),
		named("mountains/white-boat", Mountains, Day, a(White, Boat), some(2, "", FirTree)),
		named("mountains/ducks", Mountains, Sunset, some(3, Yellow, Duck)),
		named("mountains/house-firs-snowing", Mountains, Day, a(Brown, House), some(3, "", FirTree)).in(Snowing),
	}
}

// "Two dogs playing in snow": one of them, or on a meadow.
func farAway() []Named {
	return []Named{
		named("snow/two-dogs", Snow, Day, a(Brown, Dog), a(Black, Dog), a(Red, Ball)),
		named("snow/one-dog", Snow, Day, a(Brown, Dog)),
		named("snow/snowman-day", Snow, Day, a("", Snowman), some(2, "", FirTree)),
		named("snow/snowman-night", Snow, Night, a("", Snowman), some(2, "", FirTree)).in(Snowing),
		named("snow/red-house-night", Snow, Night, a(Red, House), some(3, "", FirTree)),
		named("desert/cacti-day", Desert, Day, some(3, "", Cactus)),
		named("desert/car-sunset", Desert, Sunset, a(Green, Car), some(2, "", Cactus)),
		named("desert/tent-night", Desert, Night, a(White, Tent), a("", Campfire)),
	}
}

func harbours() []Named {
	return []Named{
		named("harbour/three-boats", Harbour, Day, a(Red, Boat), a(Yellow, Boat), a(Blue, Boat)),
		named("harbour/two-red-boats-night", Harbour, Night, some(2, Red, Boat)),
		named("harbour/lighthouse-day", Harbour, Day, a(Red, Lighthouse).on(Left), a(White, Boat)),
		named("harbour/lighthouse-night", Harbour, Night, a(Red, Lighthouse).on(Left), a(White, Boat)),
		named("harbour/cat-birds", Harbour, Day, some(2, White, Bird), a(Orange, Cat)),
	}
}

// "A bedroom", "with posters on the wall", "and a guitar".
func bedrooms() []Named {
	return []Named{
		named("bedroom/plain", Bedroom, Day, a(White, Bed)),
		named("bedroom/blue-bed-night", Bedroom, Night, a(Blue, Bed).on(Left), a("", Lamp)),
		named("bedroom/posters", Bedroom, Day, a(White, Bed), some(3, Blue, Poster)),
		named("bedroom/posters-guitar", Bedroom, Day, a(White, Bed), some(2, Blue, Poster), a("", Guitar)),
		named("bedroom/posters-red-guitar-night", Bedroom, Night, a(Purple, Bed), some(2, Orange, Poster), a(Red, Guitar)),
		named("bedroom/guitar", Bedroom, Day, a(White, Bed), a("", Guitar)),
		named("bedroom/cat-chair", Bedroom, Day, a(Pink, Bed), a(White, Chair), a(Gray, Cat)),
	}
}

func livingRooms() []Named {
	return []Named{
		named("living-room/posters-guitar", LivingRoom, Day, a(Green, Sofa), some(2, Red, Poster), a("", Guitar)),
		named("living-room/cat-plant", LivingRoom, Day, a(Blue, Sofa), a("", Plant), a(Orange, Cat)),
		named("living-room/dog-lamp-night", LivingRoom, Night, a(Red, Sofa), a("", Lamp), a(Brown, Dog)),
		named("living-room/bookshelf", LivingRoom, Sunset, a(Gray, Sofa), a("", Bookshelf)),
	}
}
