package report

import (
	"cmp"
	"encoding/base64"
	"html/template"
	"net/url"
	"slices"

	"github.com/imagescope/imagescope"
)

// pictureView is a picture inside the page, or the reason why it is not there.
type pictureView struct {
	ID, Caption string
	Alt         string // what it shows, for those who do not see it
	Data        template.URL
	Address     template.URL // where it is found in full; empty for no link
	Problem     string
}

// pictures are those of a page, each made once.
type pictures struct {
	address func(imagescope.Image) string
	made    map[string]pictureView // by ID
}

// picture returns the image as the page shows it. One without an ID is a
// reference from outside and not kept.
func (p pictures) picture(img imagescope.Image) pictureView {
	if v, ok := p.made[img.ID]; ok {
		return v
	}
	v := pictureView{ID: short(img.ID), Caption: short(img.Caption)}
	if p.address != nil {
		v.Address = address(p.address(img))
	}
	v.Alt = cmp.Or(v.Caption, v.ID, "a picture without a name")
	if data, err := img.JPEG(thumbSide); err != nil {
		v.Problem = short(err.Error())
	} else {
		v.Data = template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(data))
	}
	if img.ID != "" {
		p.made[img.ID] = v
	}
	return v
}

// address returns an address that a browser only opens, or nothing: file:
// would not pass as a plain string, and javascript: must not.
func address(s string) template.URL {
	u, err := url.Parse(s)
	if err != nil || !slices.Contains([]string{"file", "http", "https"}, u.Scheme) {
		return ""
	}
	return template.URL(u.String())
}
