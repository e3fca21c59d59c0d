package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/imagescope/imagescope"
	"github.com/imagescope/imagescope/embed"
	"github.com/imagescope/imagescope/internal/scene"
)

// ollamaServer speaks the wire format of ollama for a model that knows the
// scenes by their pictures. The program reaches it by the real client.
type ollamaServer struct {
	t      *testing.T
	URL    string
	scenes map[string]scene.Named // by the JPEG file that the program sends

	mu       sync.Mutex
	asked    map[string]int         // requests by task
	captions []string               // IDs in the order in which captions were asked for
	holds    func(text string) bool // of what is not answered while the program runs
}

// sent returns the scenes by the JPEG files that a model is sent of them.
var sent = sync.OnceValues(func() (map[string]scene.Named, error) {
	scenes := map[string]scene.Named{}
	for _, named := range scene.Gallery() {
		data, err := imagescope.File(scene.FS(), named.ID).JPEG(imagescope.DefaultMaxSide)
		if err != nil {
			return nil, err
		}
		scenes[string(data)] = named
	}
	return scenes, nil
})

func newOllama(t *testing.T) *ollamaServer {
	t.Helper()
	scenes, err := sent()
	if err != nil {
		t.Fatal(err)
	}
	s := &ollamaServer{t: t, scenes: scenes, asked: map[string]int{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/chat", s.chat)
	mux.HandleFunc("POST /api/embed", s.embed)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// takeAsked returns how often each task was asked since the last call.
func (s *ollamaServer) takeAsked() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = map[string]int{}
	return asked
}

func (s *ollamaServer) count(task, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[task]++
	if task == "caption" {
		s.captions = append(s.captions, id)
	}
}

// hold has the server not answer what is so, nil for answering all.
func (s *ollamaServer) hold(so func(text string) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holds = so
}

// wait returns whether a request is to be answered. text is what is embedded, or
// the ID of what is captioned.
func (s *ollamaServer) wait(r *http.Request, text string) bool {
	s.mu.Lock() // no memory is shared with a program that is a process of its own
	holds := s.holds
	s.mu.Unlock()
	if holds != nil && holds(text) {
		<-r.Context().Done() // the program goes away
		return false
	}
	return true
}

func (s *ollamaServer) chat(w http.ResponseWriter, r *http.Request) {
	var req struct {
		Model    string
		Messages []struct {
			Content string
			Images  [][]byte
		}
		Options map[string]any
	}
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
		s.t.Log(err) // the program may have been interrupted
		return
	}
	if len(req.Messages) != 1 || req.Model != "looker:7b" {
		s.t.Errorf("a request for model %q with %d messages", req.Model, len(req.Messages))
		return
	}
	var seen []scene.Named
	for _, data := range req.Messages[0].Images {
		named, ok := s.scenes[string(data)]
		if !ok {
			s.t.Error("the model was sent a picture that is no scene")
		}
		seen = append(seen, named)
	}
	task, text := s.think(req.Messages[0].Content, seen)
	id := ""
	if len(seen) > 0 {
		id = seen[0].ID
	}
	s.count(task, id)
	if !s.wait(r, id) {
		return
	}
	reply := map[string]any{
		"model": req.Model, "created_at": "2026-11-24T10:00:00Z",
		"message": map[string]string{"role": "assistant", "content": text},
		"done":    true, "done_reason": "stop", "prompt_eval_count": 100, "eval_count": 10,
	}
	if err := json.NewEncoder(w).Encode(reply); err != nil {
		s.t.Log(err) // the program may have gone away
	}
}

// question matches a numbered question in a prompt.
var question = regexp.MustCompile(`(?m)^(\d+)\. (.+\?)$`)

// think is the model.
func (s *ollamaServer) think(prompt string, seen []scene.Named) (task, reply string) {
	_, instruction, _ := cutLast(prompt, "Instruction: ")
	instruction, _, _ = strings.Cut(instruction, "\n")
	switch {
	case strings.Contains(prompt, "ANSWER: Yes"):
		return "compare", "ANSWER: Yes\nIt shows that."
	case len(seen) == 1 && strings.Contains(prompt, "maps the number of every question"):
		answers := map[string]string{}
		for _, q := range question.FindAllStringSubmatch(prompt, -1) {
			answers[q[1]] = "no"
			if yes, _ := seen[0].Scene.Answer(q[2]); yes {
				answers[q[1]] = "yes"
			}
		}
		return "verify", marshal(answers)
	case len(seen) == 1:
		return "caption", seen[0].Scene.Caption()
	case strings.Contains(prompt, "\nEdits:\n1. [Modification] "+instruction):
		return "propose", "```json\n" + marshal(map[string]any{
			"step1": []string{"It is night."}, "step2": [][]string{{"Is it night?", "True"}, {"Is there a car?", "True"}},
		}) + "\n```"
	default:
		return "interpret", "```json\n" + marshal(map[string]any{
			"step1": [][]string{{"Modification", instruction}}, "step2": []string{instruction},
		}) + "\n```"
	}
}

// embed makes vectors of a text by its words.
func (s *ollamaServer) embed(w http.ResponseWriter, r *http.Request) {
	var req struct{ Model, Input string }
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil || req.Model != "vectors" {
		s.t.Errorf("a request for vectors of model %q: %v", req.Model, err)
		return
	}
	s.count("embed", "")
	if !s.wait(r, req.Input) {
		return
	}
	rows, err := embed.Words{}.EmbedTexts(r.Context(), []string{req.Input})
	if err != nil {
		s.t.Error(err)
		return
	}
	io.WriteString(w, marshal(map[string]any{"model": req.Model, "embeddings": rows}))
}

func marshal(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("a test's own value cannot be marshalled: %v", err))
	}
	return string(data)
}

// cutLast is [strings.Cut] around the last separator.
func cutLast(s, separator string) (before, after string, found bool) {
	if i := strings.LastIndex(s, separator); i >= 0 {
		return s[:i], s[i+len(separator):], true
	}
	return s, "", false
}
