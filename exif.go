package imagescope

import (
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/imagescope/imagescope/internal/picture"
)

// Keys of the metadata that [Image.EXIF] returns and Config.EXIF has kept. The
// keys are names that every index takes as they are, databases behind
// index.Langchain too, and the values are written so that a [Condition] can
// compare them:
//
//	Between(MetaTaken, "2026-06-01", "2026-09-01")   // from June to August
//	Is(MetaCameraModel, "X-T5", "X100VI")
//	Between(MetaLatitude, "47.2", "55.1")            // with the next one, a box
//	Between(MetaLongitude, "5.8", "15.1")
//
// A bound of a year alone reads as a number, and no time is one: "2026-01-01" is
// the beginning of 2026. A box across the meridian of 180° is what is not on the
// other side of the Earth, and its latitude keeps out what has no place at all,
// which Not allows:
//
//	Between(MetaLatitude, "-20", "-10")
//	Not(Between(MetaLongitude, "-172", "179"))
const (
	// MetaTaken is when the picture was taken, by the clock of the camera: in the
	// form 2026-11-24T10:20:30, which orders byte by byte.
	MetaTaken = "exif_taken"
	// MetaTakenUTC is the same as 2026-11-24T09:20:30Z, where the camera noted how
	// far its clock is from UTC. Many do not.
	MetaTakenUTC = "exif_taken_utc"
	// MetaCameraMake is the maker of the camera, as "NIKON CORPORATION".
	MetaCameraMake = "exif_make"
	// MetaCameraModel is the model, as "NIKON Z 6".
	MetaCameraModel = "exif_model"
	// MetaLatitude is in degrees, from -90 to 90, positive to the north, with up
	// to six digits behind the point, which is a tenth of a metre.
	MetaLatitude = "exif_latitude"
	// MetaLongitude is in degrees, from -180 to 180, positive to the east.
	MetaLongitude = "exif_longitude"
	// MetaOrientation is how the camera was held: by the standard a number from 1,
	// upright, to 8. Pictures are shown upright all the same.
	MetaOrientation = "exif_orientation"
)

var exifKeys = []string{
	MetaTaken, MetaTakenUTC, MetaCameraMake, MetaCameraModel, MetaLatitude, MetaLongitude, MetaOrientation,
}

// EXIF returns what the camera noted in the file, by the keys from [MetaTaken]
// on; what it did not note, or what cannot be, is absent. JPEG, PNG, WebP and
// TIFF files may have notes. Of a JPEG file what comes before its pixels is read,
// of others all, within [ImageLimits], and nothing is decoded or kept. The error
// is an [*ImageError], as of [Image.Decode].
func (m Image) EXIF() (map[string]string, error) {
	rc, err := m.Open()
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	e, err := picture.ReadEXIF(rc, picture.Limits(m.source.limits))
	if err != nil {
		return nil, &ImageError{m.ID, "read EXIF of", err}
	}
	meta := map[string]string{}
	set := func(key, value string) {
		if value != "" {
			meta[key] = value
		}
	}
	if !e.Taken.IsZero() {
		set(MetaTaken, e.Taken.Format("2006-01-02T15:04:05"))
		if utc := e.Taken.Add(-e.Offset); e.Zoned && utc.Year() > 0 && utc.Year() < 1e4 {
			set(MetaTakenUTC, utc.Format(time.RFC3339))
		}
	}
	set(MetaCameraMake, e.Make)
	set(MetaCameraModel, e.Model)
	if e.Placed {
		set(MetaLatitude, degrees(e.Latitude))
		set(MetaLongitude, degrees(e.Longitude))
	}
	if e.Orientation > 0 {
		set(MetaOrientation, strconv.Itoa(e.Orientation))
	}
	return meta, nil
}

// degrees writes an angle, without an exponent.
func degrees(x float64) string {
	s := strconv.FormatFloat(x, 'f', 6, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}

// withEXIF returns the image with what its file notes in its metadata, save
// where that has the key already. An image that cannot be read stays as it is:
// whoever needs the picture will say so.
func (m Image) withEXIF() Image {
	if !m.HasBytes() {
		return m
	}
	var noted map[string]string
	err := guard(func() (err error) {
		noted, err = m.EXIF()
		return err
	})
	if err != nil || len(noted) == 0 {
		return m
	}
	maps.Copy(noted, m.Meta)
	m.Meta = noted
	return m
}
