package clip

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	ort "github.com/yalue/onnxruntime_go"
)

// Names of the outputs that hold a row for each text or image, the best first:
// what is projected into the common space goes before what is merely pooled.
var (
	textOutputs  = []string{"text_embeds", "text_features", "pooler_output", "sentence_embedding"}
	imageOutputs = []string{"image_embeds", "image_features", "pooler_output"}
)

// network is an ONNX file that can be run, by several goroutines at once.
type network struct {
	path    string
	session *ort.DynamicAdvancedSession
	inputs  []ort.InputOutputInfo
	outputs []string // those of textOutputs and imageOutputs that it has
}

func openNetwork(path string, threads int) (*network, error) {
	inputs, outputs, err := ort.GetInputOutputInfo(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	n := &network{path: path, inputs: inputs}
	var names []string
	for _, in := range inputs {
		if _, ok := feeds[in.Name]; !ok {
			return nil, fmt.Errorf("%s: input %q is not known, only input_ids, attention_mask, position_ids and pixel_values", path, in.Name)
		}
		names = append(names, in.Name)
	}
	for _, out := range outputs {
		if len(out.Dimensions) == 2 && (slices.Contains(textOutputs, out.Name) || slices.Contains(imageOutputs, out.Name)) {
			if out.DataType != ort.TensorElementDataTypeFloat {
				return nil, fmt.Errorf("%s: output %s holds %v, not float32: use another export of the model", path, out.Name, out.DataType)
			}
			n.outputs = append(n.outputs, out.Name)
		}
	}
	if len(n.outputs) == 0 {
		return nil, fmt.Errorf("%s: there is no output with a row for each input, such as text_embeds, image_embeds or pooler_output", path)
	}
	options, err := ort.NewSessionOptions()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer options.Destroy()
	if err := options.SetIntraOpNumThreads(threads); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if n.session, err = ort.NewDynamicAdvancedSession(path, names, n.outputs, options); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return n, nil
}

func (n *network) close() error {
	if n == nil {
		return nil
	}
	return n.session.Destroy()
}

// textInput is a batch of tokenised texts, all of one length.
type textInput struct {
	ids, mask []int64 // row after row
	n, length int
}

func newTextInput(texts [][]int64, length int, pad int64, unmask bool) textInput {
	in := textInput{n: len(texts), length: length}
	for _, t := range texts {
		for i := range length {
			id, mask := pad, int64(0)
			if i < len(t) {
				id, mask = t[i], 1
			}
			if unmask {
				mask = 1
			}
			in.ids, in.mask = append(in.ids, id), append(in.mask, mask)
		}
	}
	return in
}

// imageInput is a batch of prepared pictures.
type imageInput struct {
	values           []float32
	n, width, height int
}

// feeds are the inputs that networks have.
var feeds = map[string]func(textInput, imageInput, ort.InputOutputInfo) (ort.Value, error){
	"input_ids": func(t textInput, _ imageInput, in ort.InputOutputInfo) (ort.Value, error) { return whole(t, t.ids, in) },
	"attention_mask": func(t textInput, _ imageInput, in ort.InputOutputInfo) (ort.Value, error) {
		return whole(t, t.mask, in)
	},
	"position_ids": func(t textInput, _ imageInput, in ort.InputOutputInfo) (ort.Value, error) {
		places := make([]int64, len(t.ids))
		for i := range places {
			places[i] = int64(i % t.length)
		}
		return whole(t, places, in)
	},
	"pixel_values": func(_ textInput, i imageInput, in ort.InputOutputInfo) (ort.Value, error) {
		if in.DataType != ort.TensorElementDataTypeFloat {
			return nil, fmt.Errorf("it takes %v, not float32: use another export of the model", in.DataType)
		}
		return ort.NewTensor(ort.NewShape(int64(i.n), 3, int64(i.height), int64(i.width)), i.values)
	},
}

// whole makes a tensor of whole numbers in the type that an input takes.
func whole(t textInput, values []int64, in ort.InputOutputInfo) (ort.Value, error) {
	shape := ort.NewShape(int64(t.n), int64(t.length))
	switch in.DataType {
	case ort.TensorElementDataTypeInt64:
		return ort.NewTensor(shape, values)
	case ort.TensorElementDataTypeInt32:
		short := make([]int32, len(values))
		for i, v := range values {
			short[i] = int32(v)
		}
		return ort.NewTensor(shape, short)
	}
	return nil, fmt.Errorf("it takes %v, not int64 or int32", in.DataType)
}

// run returns the rows of the first of some outputs that the network has.
func (n *network) run(text textInput, image imageInput, wanted []string) (rows [][]float32, err error) {
	at := slices.IndexFunc(wanted, func(name string) bool { return slices.Contains(n.outputs, name) })
	if at < 0 {
		return nil, fmt.Errorf("%s: there is none of the outputs %s", n.path, strings.Join(wanted, ", "))
	}
	inputs, outputs := make([]ort.Value, 0, len(n.inputs)), make([]ort.Value, len(n.outputs))
	defer func() {
		for _, v := range append(inputs, outputs...) {
			if v != nil {
				err = errors.Join(err, v.Destroy())
			}
		}
	}()
	for _, in := range n.inputs {
		v, err := feeds[in.Name](text, image, in)
		if err != nil {
			return nil, fmt.Errorf("%s: input %s: %w", n.path, in.Name, err)
		}
		inputs = append(inputs, v)
	}
	if err := n.session.Run(inputs, outputs); err != nil {
		return nil, fmt.Errorf("%s: %w", n.path, err)
	}
	out, ok := outputs[slices.Index(n.outputs, wanted[at])].(*ort.Tensor[float32])
	if !ok {
		return nil, fmt.Errorf("%s: output %s holds no float32", n.path, wanted[at])
	}
	return split(out, n.path)
}

// split copies the rows of a tensor.
func split(t *ort.Tensor[float32], path string) ([][]float32, error) {
	shape := t.GetShape()
	if len(shape) != 2 || shape[0] < 1 || shape[1] < 1 {
		return nil, fmt.Errorf("%s: the output has the shape %v, not rows", path, shape)
	}
	data, dim := t.GetData(), int(shape[1])
	rows := make([][]float32, shape[0])
	for i := range rows {
		rows[i] = slices.Clone(data[i*dim : (i+1)*dim])
	}
	return rows, nil
}
