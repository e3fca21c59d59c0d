package scene_test

import (
	"testing"

	"github.com/imagescope/imagescope/internal/scene"
)

func TestCaption(t *testing.T) {
	tests := []struct {
		scene scene.Scene
		want  string
	}{
		{scene.Scene{}, "A meadow by day."},
		{scene.Scene{Place: scene.Snow, Weather: scene.Snowing}, "The snow by day in falling snow."},
		{scene.Scene{Place: scene.Street, Time: scene.Night, Items: []scene.Item{{Kind: scene.Car, Color: scene.Red, Count: 2}}},
			"Two red cars on a city street at night."},
		{scene.Scene{Place: scene.Beach, Time: scene.Sunset, Items: []scene.Item{{Kind: scene.Boat, Count: 2}}},
			"Two boats on the sea at a beach at sunset."},
		{scene.Scene{Place: scene.Beach, Weather: scene.Rain, Items: []scene.Item{{Kind: scene.Boat}, {Kind: scene.Umbrella, Side: scene.Left}}},
			"A boat and an umbrella on the left on a beach by day in the rain."},
		{scene.Scene{Items: []scene.Item{{Kind: scene.Sheep, Count: 3}, {Kind: scene.Cat, Color: scene.Orange}, {Kind: scene.Tree}}},
			"Three sheep, an orange cat and a tree in a meadow by day."},
		{scene.Scene{Items: []scene.Item{{Kind: scene.Person, Color: scene.Orange}, {Kind: scene.Person, Color: scene.Red, Count: 2}}},
			"A person in an orange coat and two people in red coats in a meadow by day."},
		{scene.Scene{Place: scene.Bedroom, Items: []scene.Item{{Kind: scene.Guitar}}},
			"A bedroom by day with a bed and a guitar on the wall."},
		{scene.Scene{Place: scene.Bedroom, Weather: scene.Rain, Items: []scene.Item{{Kind: "dragon"}}}, "A bedroom by day with a bed."},
		{scene.Scene{Place: "moon base", Time: "noon", Weather: "frogs"}, "A meadow by day."},
	}
	for _, tt := range tests {
		if got := tt.scene.Caption(); got != tt.want {
			t.Errorf("Caption(%+v) = %q, want %q", tt.scene, got, tt.want)
		}
	}
}
