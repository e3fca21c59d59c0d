// Package pixels turns pictures into the numbers that a vision model takes, as
// its preprocessor_config.json says and as Pillow would.
package pixels

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Settings say how a picture is prepared. Make them with [Read].
type Settings struct {
	width, height int  // of what the model takes
	resize        bool // whether pictures are scaled at all
	shortest      int  // length that the shorter side gets; 0 means that both sides get theirs
	scaledWidth   int
	scaledHeight  int
	kernel        kernel
	scale         [3]float32 // a channel is taken times scale
	shift         [3]float32 // plus shift
}

// maxSide bounds the sides of what a model takes, in pixels.
const maxSide = 4096

// Read reads a preprocessor_config.json.
func Read(data []byte) (*Settings, error) {
	var c struct {
		Type        string    `json:"image_processor_type"`
		OldType     string    `json:"feature_extractor_type"`
		DoResize    *bool     `json:"do_resize"`
		Size        extent    `json:"size"`
		Resample    *int      `json:"resample"`
		DoCrop      *bool     `json:"do_center_crop"`
		Crop        extent    `json:"crop_size"`
		DoRescale   *bool     `json:"do_rescale"`
		Factor      *float64  `json:"rescale_factor"`
		DoNormalize *bool     `json:"do_normalize"`
		Mean        []float64 `json:"image_mean"`
		Deviation   []float64 `json:"image_std"`
		DoPad       *bool     `json:"do_pad"`
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, err
	}
	s := &Settings{resize: isOr(c.DoResize, true)}
	if isOr(c.DoPad, false) {
		return nil, errors.New("do_pad is not known")
	}
	if err := s.setSize(c.Size, c.Crop, isOr(c.DoCrop, c.Crop != extent{}), c.Type+c.OldType); err != nil {
		return nil, err
	}
	resample := bicubic
	if c.Resample != nil {
		resample = *c.Resample
	}
	var ok bool
	if s.kernel, ok = kernels[resample]; !ok {
		return nil, fmt.Errorf("resample is %d: only 1 (Lanczos), 2 (bilinear) and 3 (bicubic) are known", resample)
	}
	factor := 1.0
	if isOr(c.DoRescale, true) {
		factor = 1.0 / 255
		if c.Factor != nil {
			factor = *c.Factor
		}
	}
	for i := range 3 {
		s.scale[i] = float32(factor)
		if !isOr(c.DoNormalize, true) {
			continue
		}
		if len(c.Mean) != 3 || len(c.Deviation) != 3 || !(c.Deviation[i] > 0) {
			return nil, errors.New("image_mean and image_std should hold three numbers each, the latter above 0")
		}
		s.scale[i] = float32(factor / c.Deviation[i])
		s.shift[i] = float32(0 - c.Mean[i]/c.Deviation[i])
	}
	return s, nil
}

// Size returns how many pixels wide and high the result is.
func (s *Settings) Size() (width, height int) { return s.width, s.height }

// Values returns how many numbers a picture becomes.
func (s *Settings) Values() int { return 3 * s.width * s.height }

func (s *Settings) setSize(size, crop extent, doCrop bool, processor string) error {
	if size.Shortest == 0 && size.one > 0 {
		// One number means the shorter side, but for processors that squeeze.
		if processor == "SiglipImageProcessor" || processor == "ViTImageProcessor" {
			size.Width, size.Height = size.one, size.one
		} else {
			size.Shortest = size.one
		}
	}
	if crop.one > 0 {
		crop.Width, crop.Height = crop.one, crop.one
	}
	s.shortest, s.scaledWidth, s.scaledHeight = size.Shortest, size.Width, size.Height
	s.width, s.height = size.Width, size.Height
	if doCrop {
		s.width, s.height = crop.Width, crop.Height
	}
	for _, side := range []int{s.width, s.height} {
		if side < 1 || side > maxSide {
			return fmt.Errorf("the picture would be %d x %d: crop_size, or size without a crop, should give a width and a height from 1 to %d", s.width, s.height, maxSide)
		}
	}
	if s.shortest < 0 || s.shortest > maxSide || s.shortest == 0 && (s.scaledWidth < 1 || s.scaledHeight < 1 || max(s.scaledWidth, s.scaledHeight) > maxSide) {
		return fmt.Errorf("size should give shortest_edge, or height and width, from 1 to %d", maxSide)
	}
	return nil
}

// extent is a size, of one side or of both.
type extent struct {
	Shortest int `json:"shortest_edge"`
	Width    int `json:"width"`
	Height   int `json:"height"`
	one      int
}

// UnmarshalJSON reads a number or an object.
func (e *extent) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '{' {
		type plain extent
		return json.Unmarshal(data, (*plain)(e))
	}
	return json.Unmarshal(data, &e.one)
}

func isOr(b *bool, otherwise bool) bool {
	if b == nil {
		return otherwise
	}
	return *b
}
