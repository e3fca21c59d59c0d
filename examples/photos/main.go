// Photos finds the photos of a folder by what is said of them: by a
// description, by a picture and a change to it, or in a conversation.
//
//	photos index DIR                    take in the photos of a folder
//	photos search "two dogs in snow"    find photos by a description
//	photos change IMAGE "but at night"  find photos like IMAGE, but changed
//	photos chat                         close in on a photo, step by step
//
// It needs no model, no key and no network, and is then good for words and
// colours: it knows the names of files and folders, the captions that it is
// given and what colours a picture has. With -model, a multimodal model captions
// the photos and checks what is found.
//
// It is a module of its own, for the clients of the providers that it brings:
//
//	go build -C examples/photos -o ~/bin/photos .
//
// The index is an index.Disk in DIR/.imagescope, or in the user's cache folder
// where DIR cannot be written. What is kept of each photo besides caption and
// vector stands in photo.go, and in settings.go what holds for all.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second ctrl-C ends at once
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
