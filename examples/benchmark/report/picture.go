package report

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"html/template"
	"io/fs"
	"os"

	"github.com/imagescope/imagescope"
)

// pictureView is a picture inside the page, or the reason why it is not there.
type pictureView struct {
	Alt     string // what it shows, for those who do not see it
	Data    template.URL
	Problem string
}

// album reads the pictures of a page, as long as there is room for them.
type album struct {
	images fs.FS                         // nil for the folders of the datasets
	room   int                           // bytes of pictures that the page still takes
	full   int                           // pictures that were left out
	paths  map[*oneRun]map[string]string // by ID
	small  map[string]thumb              // by ID, which runs of one dataset share
}

type thumb struct {
	data []byte
	err  error
}

func newAlbum(o Options) *album {
	return &album{
		images: o.Images,
		room:   cmp.Or(o.PictureBytes, 6<<20),
		paths:  map[*oneRun]map[string]string{},
		small:  map[string]thumb{},
	}
}

// picture returns an image of a run's gallery as the page shows it.
func (a *album) picture(r *oneRun, id, caption string) pictureView {
	v := pictureView{Alt: cmp.Or(short(caption), short(id), "a picture without a name")}
	t := a.thumb(r, id)
	switch {
	case t.err != nil:
		v.Problem = short(t.err.Error())
	case len(t.data) > a.room:
		a.full++
		v.Problem = "left out: the page has no more room for pictures"
	default:
		a.room -= len(t.data)
		v.Data = template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(t.data))
	}
	return v
}

// thumb reads an image once.
func (a *album) thumb(r *oneRun, id string) thumb {
	t, ok := a.small[id]
	if !ok {
		t.data, t.err = a.read(r, id)
		a.small[id] = t
	}
	return t
}

func (a *album) read(r *oneRun, id string) ([]byte, error) {
	if a.paths[r] == nil {
		a.paths[r] = make(map[string]string, len(r.Dataset.Gallery))
		for _, img := range r.Dataset.Gallery {
			a.paths[r][img.ID] = img.Path
		}
	}
	path, ok := a.paths[r][id]
	if !ok {
		return nil, fmt.Errorf("image %s is not in the gallery", id)
	}
	images := a.images
	if images == nil {
		images = os.DirFS(r.Settings.Places.Data)
	}
	return imagescope.File(images, path).JPEG(thumbSide)
}
