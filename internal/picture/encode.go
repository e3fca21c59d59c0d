package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
)

// quality is that of the JPEG files that models are shown: at 90 the traces of
// compression stay below what their own scaling does.
const quality = 90

// JPEG returns img as a JPEG file in colour, of quality 90, with transparent
// parts white. An image without pixels is [ErrFormat]; one with more than
// 65,535 pixels on a side, the most that JPEG can express, is [ErrTooLarge].
func JPEG(img image.Image) ([]byte, error) {
	if isEmpty(img) {
		return nil, fmt.Errorf("encode JPEG: %w: it has no pixels", ErrFormat)
	}
	if size := img.Bounds().Size(); max(size.X, size.Y) > maxSide {
		return nil, fmt.Errorf("encode JPEG: %w: %d x %d pixels; a side may have %d", ErrTooLarge, size.X, size.Y, maxSide)
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, flatten(img), &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("encode JPEG: %w", err)
	}
	return buf.Bytes(), nil
}

// flatten returns img on white, in a type that the JPEG encoder is fast with.
func flatten(img image.Image) image.Image {
	switch img := img.(type) {
	case *image.YCbCr:
		return img
	case *image.RGBA:
		if img.Opaque() {
			return img
		}
	}
	b := img.Bounds()
	flat := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(flat, flat.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(flat, flat.Bounds(), img, b.Min, draw.Over)
	return flat
}

// PNG returns img as a PNG file, without loss: transparent parts stay
// transparent. An image without pixels is [ErrFormat].
func PNG(img image.Image) ([]byte, error) {
	if isEmpty(img) {
		return nil, fmt.Errorf("encode PNG: %w: it has no pixels", ErrFormat)
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return nil, fmt.Errorf("encode PNG: %w", err)
	}
	return buf.Bytes(), nil
}
