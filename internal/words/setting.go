package words

// Time returns the time of day that a lower-case word tells: "day", "night",
// "sunset" or "sunrise"; "" for any other word.
func Time(word string) string { return times[word] }

var times = groups(`
	night nighttime night-time midnight nightfall moonlight
	day daytime daylight day-time midday noon
	sunset dusk evening twilight
	sunrise dawn morning
`)

// Weather returns the weather that a lower-case word tells: "rain", "snowfall",
// "sunny", "cloudy", "fog"; "" for any other word.
func Weather(word string) string { return weathers[word] }

var weathers = groups(`
	rain raining rainy
	snowfall snowing
	sunny sunshine sunlit
	cloudy overcast
	fog foggy mist misty
	stormy storm thunderstorm
`)

// IsPlace reports whether a noun in the singular names where a picture is
// taken.
func IsPlace(noun string) bool { return places[noun] }

// IsIndoors reports whether a noun in the singular names a place that is
// indoors.
func IsIndoors(noun string) bool { return indoors[noun] }

var indoors = set(`room bedroom bathroom kitchen office living-room restroom hall hallway library restaurant cafe studio classroom
	gym bar garage store shop museum warehouse indoors inside`)

var places = func() map[string]bool {
	m := set(`beach street road city town meadow field forest wood woods park garden yard desert mountain mountains hill hillside
		snow sea ocean lake river water harbour harbor port valley jungle farm barn zoo airport station market court stadium
		pool bridge sidewalk highway village countryside outdoors outside background backyard enclosure cage cave
		grass lawn sand ice`)
	for w := range indoors {
		m[w] = true
	}
	return m
}()
