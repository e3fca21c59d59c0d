package imagescope

import (
	"context"
	"maps"
	"slices"
)

// add adds the files that nothing has been found for, some at a time.
func (s *syncing) add(ctx context.Context) error {
	rest := slices.DeleteFunc(slices.Clone(s.work), func(f *syncFile) bool { return f.fate != waiting })
	s.a.pace = newPace(s.report.Files, s.a.pace.done) // from here on it is slower
	for files := range slices.Chunk(rest, syncChunk) {
		if err := s.read(ctx, files); err != nil {
			return err
		}
		if err := s.touch(ctx, files); err != nil {
			return err
		}
		if err := s.embed(ctx, files); err != nil {
			return err
		}
		for _, f := range files {
			f.image, f.meta, f.said = Image{}, nil, Image{} // they are not needed again
		}
	}
	return nil
}

// embed has one file of each content embedded, and then the others take over
// what it got.
func (s *syncing) embed(ctx context.Context, files []*syncFile) error {
	for {
		var images []Image
		var copies []move
		first := map[string]bool{}
		for _, f := range files {
			switch from := s.known[f.is]; {
			case f.fate != waiting:
			case from != "":
				copies = append(copies, move{file: f, from: from})
			case !first[f.is]:
				first[f.is] = true
				img := f.image
				img.Caption, img.Meta = f.said.Caption, f.said.Meta
				if s.opts.Describe == nil {
					img.Meta = withoutNotes(f.meta)
				}
				img.Meta = f.stamped(img.Meta)
				images = append(images, img)
			}
		}
		if len(images)+len(copies) == 0 {
			return nil
		}
		if err := s.takeOver(ctx, copies, copied); err != nil {
			return err
		}
		if err := s.a.all(ctx, images); err != nil {
			return err
		}
	}
}

// stamped returns metadata that also tells what the file is.
func (f *syncFile) stamped(meta map[string]string) map[string]string {
	meta = maps.Clone(meta)
	if meta == nil {
		meta = map[string]string{}
	}
	meta[MetaHash], meta[MetaFile] = f.sum, f.stamp.String()
	delete(meta, MetaSaid)
	if said := saidSum(f.said); said != "" {
		meta[MetaSaid] = said
	}
	return meta
}
