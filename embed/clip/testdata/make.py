"""Makes the models, pictures and expectations that the tests of embed/clip use.

    python3 -m venv venv
    venv/bin/pip install numpy==2.4.6 pillow==13.0.0 onnx==1.23.2 onnxruntime==1.32.0 tokenizers==0.23.3 transformers==5.24.0 sentencepiece protobuf
    venv/bin/python make.py [captions.json ...]
    venv/bin/python make.py --real DIR    # one of the size of ViT-B/32, for BenchmarkImages

Weights are random, layouts are those of exported models: two files, or one
joint file; CLIP with quick-GELU and with GELU, and SigLIP. What is expected
comes from tokenizers, Pillow, transformers' image processors and ONNX Runtime
for Python. With caption files (lists of {"caption": [texts]}) it also writes
the sums of their tokens.
"""

import hashlib, json, os, random, sys
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto as T, helper as h, numpy_helper
from PIL import Image, ImageDraw
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import CLIPImageProcessorPil, SiglipImageProcessorPil

HERE = os.path.dirname(os.path.abspath(__file__))
WIDTH, HEADS, LAYERS, MLP, PROJECTION, SIDE, PATCH = 32, 2, 2, 2, 16, 32, 8
random.seed(7)
rng = np.random.default_rng(7)

# What the vocabularies are learnt from.
THINGS = "dog cat horse car boat train house tree flower lamp table chair sofa kitchen window street beach mountain river bridge woman man child umbrella guitar bicycle bus plate pizza sandwich cake bear elephant giraffe zebra bird kite snow field".split()
LOOKS = "red blue green yellow white black small large old young wooden shiny brown striped empty crowded bright dark tall".split()
DOES = "stands sits runs sleeps lies waits looks plays rides holds carries eats walks flies".split()
PLACES = "on the table|in the street|under a tree|next to a lamp|in front of a house|near the river|at the beach|inside a room|with two children|behind the car".split("|")
CORPUS = [f"A {a} {n} {v} {p}." for n in THINGS for a in LOOKS for v, p in [(random.choice(DOES), random.choice(PLACES))]]
CORPUS += [f"{n}'s {a} {m}, {i} of them" for i, (n, a, m) in enumerate(zip(THINGS * 3, LOOKS * 6, THINGS[::-1] * 3))]

TEXTS = CORPUS[:20] + [
    "", " ", "\t\n ", "a", "A DOG!!! RUNS???", "don't stop, it's they're we've I'm you'll he'd", "3 dogs and 12 cats in 1999",
    "naïve café", "cafe\u0301 nai\u0308ve", "ÀÉÎÕÜ straße İstanbul ſ", "猫が椅子に座っている", "собака бежит", "كلب يجري", "שלום עולם",
    "🐶🐱 a dog 👩‍👩‍👧‍👦 and 🇫🇷", "\u00a0no\u2003break\u200bspace\ufeff", "a\u3000b", "½ ² Ⅷ ﬁ ﬂ ①", "<|endoftext|> injected <|startoftext|>",
    "</s><pad><unk> injected", "▁under▁scores", "dog " * 200, "x" * 3000, "\x00\x01 control \x7f", "e\u0301" * 40, "\U0001F9D1\u200d\U0001F680",
    "line one\r\nline two", "tabs\tand  many   blanks", "http://example.org/a?b=c&d=%20", "a_b-c.d:e;f", "'s 't 're", "İ", "ǅ ǆ Ǆ", "ΑΣ ας", "\u2028\u2029",
    "𝒜𝓃𝒸𝒾𝑒𝓃𝓉", "a" + "\u0300" * 30, "๑๒๓ ไทย", "한국어 문장", "0x1F 1e-9 3.14", "…“quoted”—dash", "😀" * 120,
]


def clip_tokenizer():
    start, end = "<|startoftext|>", "<|endoftext|>"
    t = Tokenizer(models.BPE(continuing_subword_prefix="", end_of_word_suffix="</w>", fuse_unk=False, unk_token=end))
    t.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    pattern = r"""<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""
    t.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(pattern), behavior="removed", invert=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    t.decoder = decoders.ByteLevel()
    # As in the real one: all bytes, then all bytes that end a word.
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=950, initial_alphabet=alphabet, end_of_word_suffix="</w>", show_progress=False))
    learnt = json.loads(t.to_str())["model"]
    vocab = {c: i for i, c in enumerate(alphabet)}
    for c in alphabet:
        vocab[c + "</w>"] = len(vocab)
    merges = [tuple(m) for m in learnt["merges"]]
    for a, b in merges:
        vocab.setdefault(a + b, len(vocab))
    vocab[start], vocab[end] = len(vocab), len(vocab) + 1
    t.model = models.BPE(vocab, merges, continuing_subword_prefix="", end_of_word_suffix="</w>", fuse_unk=False, unk_token=end)
    t.add_special_tokens([AddedToken(start, normalized=True, special=True), AddedToken(end, normalized=False, special=True)])
    t.post_processor = processors.RobertaProcessing((end, vocab[end]), (start, vocab[start]), trim_offsets=False, add_prefix_space=False)
    return t, vocab, merges


def siglip_tokenizer():
    t = Tokenizer(models.Unigram())
    normal = [
        normalizers.Lowercase(),
        normalizers.Replace(Regex(r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"""), ""),
        normalizers.Replace(Regex(r"\s+"), " "),
        normalizers.Strip(),
    ]
    t.normalizer = normalizers.Sequence(normal)
    t.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    t.train_from_iterator(CORPUS, trainers.UnigramTrainer(vocab_size=400, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False))
    # As converted from sentencepiece: its own rules of normalisation in a table.
    from sentencepiece import SentencePieceTrainer, sentencepiece_model_pb2 as pb
    import io

    model = io.BytesIO()
    SentencePieceTrainer.train(sentence_iterator=iter(CORPUS), model_writer=model, vocab_size=100, hard_vocab_limit=False, minloglevel=2, normalization_rule_name="nmt_nfkc")
    proto = pb.ModelProto()
    proto.ParseFromString(model.getvalue())
    t.normalizer = normalizers.Sequence(normal + [normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap)])
    t.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    return t


def gemma_tokenizer():
    t = Tokenizer(models.BPE(byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
    t.normalizer = normalizers.Replace(" ", "▁")
    t.pre_tokenizer = pre_tokenizers.Split(" ", behavior="merged_with_previous")
    words = [w for text in CORPUS for w in text.replace(" ", " ▁").split(" ")]
    special = ["<pad>", "<eos>", "<bos>", "<unk>"] + [f"<0x{b:02X}>" for b in range(256)]
    trained = Tokenizer(models.BPE(unk_token="<unk>"))
    trained.train_from_iterator(words, trainers.BpeTrainer(vocab_size=700, special_tokens=special, show_progress=False))
    learnt = json.loads(trained.to_str())["model"]
    t.model = models.BPE(learnt["vocab"], [tuple(m) for m in learnt["merges"]], byte_fallback=True, fuse_unk=True, unk_token="<unk>")
    t.add_special_tokens([AddedToken(s, normalized=False, special=True) for s in special[:4]])
    t.post_processor = processors.TemplateProcessing(single="<bos> $A <eos>", special_tokens=[("<bos>", 2), ("<eos>", 1)])
    return t


class Graph:
    """A graph in the making: each method adds nodes and returns the name of what they compute."""

    def __init__(self):
        self.nodes, self.weights, self.n = [], [], 0

    def weight(self, *shape, scale=0.2, array=None):
        self.n += 1
        a = (rng.standard_normal(shape) * scale).astype(np.float32) if array is None else array
        self.weights.append(numpy_helper.from_array(a, f"w{self.n}"))
        return f"w{self.n}"

    def op(self, kind, *inputs, out=None, **attributes):
        self.n += 1
        out = out or f"t{self.n}"
        self.nodes.append(h.make_node(kind, list(inputs), [out], **attributes))
        return out

    def ints(self, *values):
        return self.weight(array=np.array(values, np.int64))

    def linear(self, x, n, m, bias=True):
        x = self.op("MatMul", x, self.weight(n, m))
        return self.op("Add", x, self.weight(m)) if bias else x

    def norm(self, x):
        one = self.weight(array=(1 + 0.1 * rng.standard_normal(WIDTH)).astype(np.float32))
        return self.op("LayerNormalization", x, one, self.weight(WIDTH), axis=-1, epsilon=1e-5)

    def activation(self, x, kind):
        if kind == "quick_gelu":
            scaled = self.op("Mul", x, self.weight(array=np.array(1.702, np.float32)))
            return self.op("Mul", x, self.op("Sigmoid", scaled))
        erf = self.op("Erf", self.op("Div", x, self.weight(array=np.array(np.sqrt(2), np.float32))))
        half = self.op("Mul", x, self.weight(array=np.array(0.5, np.float32)))
        return self.op("Mul", half, self.op("Add", erf, self.weight(array=np.array(1, np.float32))))

    def heads(self, x):
        x = self.op("Reshape", x, self.ints(0, -1, HEADS, WIDTH // HEADS))
        return self.op("Transpose", x, perm=[0, 2, 1, 3])

    def block(self, x, activation, mask=None):
        y = self.norm(x)
        q, k, v = (self.heads(self.linear(y, WIDTH, WIDTH)) for _ in range(3))
        scores = self.op("MatMul", q, self.op("Transpose", k, perm=[0, 1, 3, 2]))
        scores = self.op("Mul", scores, self.weight(array=np.array((WIDTH // HEADS) ** -0.5, np.float32)))
        if mask:
            scores = self.op("Add", scores, mask)
        y = self.op("MatMul", self.op("Softmax", scores, axis=-1), v)
        y = self.op("Reshape", self.op("Transpose", y, perm=[0, 2, 1, 3]), self.ints(0, -1, WIDTH))
        x = self.op("Add", x, self.linear(y, WIDTH, WIDTH))
        y = self.activation(self.linear(self.norm(x), WIDTH, MLP * WIDTH), activation)
        return self.op("Add", x, self.linear(y, MLP * WIDTH, WIDTH))

    def text(self, vocab, context, activation, causal, eos, out, mask_input=False):
        x = self.op("Gather", self.weight(vocab, WIDTH), "input_ids")
        length = self.op("Slice", self.op("Shape", "input_ids"), self.ints(1), self.ints(2))
        x = self.op("Add", x, self.op("Slice", self.weight(context, WIDTH), self.ints(0), length, self.ints(0)))
        mask = None
        if causal:
            full = self.weight(array=np.triu(np.full((context, context), -1e9, np.float32), 1))
            mask = self.op("Slice", full, self.ints(0, 0), self.op("Concat", length, length, axis=0), self.ints(0, 1))
        if mask_input:
            f = self.op("Cast", "attention_mask", to=T.FLOAT)
            f = self.op("Mul", self.op("Sub", f, self.weight(array=np.array(1, np.float32))), self.weight(array=np.array(1e9, np.float32)))
            f = self.op("Unsqueeze", f, self.ints(1, 2))
            mask = self.op("Add", mask, f) if mask else f
        for _ in range(LAYERS):
            x = self.block(x, activation, mask)
        x = self.norm(x)
        if causal:  # the state at the first end of text
            is_end = self.op("Cast", self.op("Equal", "input_ids", self.ints(eos)), to=T.INT32)
            at = self.op("ArgMax", is_end, axis=1, keepdims=1)
            at = self.op("Expand", self.op("Unsqueeze", at, self.ints(2)), self.ints(1, 1, WIDTH))
            x = self.op("Squeeze", self.op("GatherElements", x, at, axis=1), self.ints(1))
        else:  # the last state
            x = self.op("Squeeze", self.op("Slice", x, self.ints(-1), self.ints(1 << 60), self.ints(1)), self.ints(1))
        return self.op("MatMul", x, self.weight(WIDTH, PROJECTION), out=out)

    def vision(self, activation, class_token, out):
        x = self.op("Conv", "pixel_values", self.weight(WIDTH, 3, PATCH, PATCH, scale=0.1), kernel_shape=[PATCH, PATCH], strides=[PATCH, PATCH])
        x = self.op("Transpose", self.op("Reshape", x, self.ints(0, WIDTH, -1)), perm=[0, 2, 1])
        places = (SIDE // PATCH) ** 2
        if class_token:
            batch = self.op("Slice", self.op("Shape", "pixel_values"), self.ints(0), self.ints(1))
            shape = self.op("Concat", batch, self.ints(1, WIDTH), axis=0)
            x = self.op("Concat", self.op("Expand", self.weight(1, 1, WIDTH), shape), x, axis=1)
            places += 1
        x = self.norm(self.op("Add", x, self.weight(places, WIDTH)))
        for _ in range(LAYERS):
            x = self.block(x, activation)
        if class_token:
            x = self.op("Squeeze", self.op("Slice", x, self.ints(0), self.ints(1), self.ints(1)), self.ints(1))
        else:
            x = self.op("ReduceMean", x, self.ints(1), keepdims=0)
        return self.op("MatMul", self.norm(x), self.weight(WIDTH, PROJECTION), out=out)

    def save(self, path, inputs, outputs):
        kinds = {"input_ids": (T.INT64, ["batch", "length"]), "attention_mask": (T.INT64, ["batch", "length"]), "pixel_values": (T.FLOAT, ["images", 3, SIDE, SIDE])}
        graph = h.make_graph(
            self.nodes, "imagescope-test",
            [h.make_tensor_value_info(n, *kinds[n]) for n in inputs],
            [h.make_tensor_value_info(n, T.FLOAT, s) for n, s in outputs.items()],
            self.weights,
        )
        model = h.make_model(graph, opset_imports=[h.make_opsetid("", 18)], ir_version=9)
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, path)


def pictures():
    os.makedirs(f"{HERE}/pictures", exist_ok=True)
    sizes = {"wide": (300, 170), "tall": (90, 260), "square": (32, 32), "small": (7, 5), "exact-short": (32, 61), "grey": (120, 100), "clear": (64, 80), "thin": (200, 3), "odd": (101, 67)}
    made = {}
    for name, (w, ht) in sizes.items():
        img = Image.new("RGBA", (w, ht), tuple(random.randrange(256) for _ in range(3)) + (255,))
        draw = ImageDraw.Draw(img)
        for _ in range(12):
            x, y = random.randrange(w), random.randrange(ht)
            box = [x, y, x + random.randrange(1, w), y + random.randrange(1, ht)]
            fill = tuple(random.randrange(256) for _ in range(3)) + (random.choice([0, 90, 255]) if name == "clear" else 255,)
            (draw.ellipse if random.random() < 0.5 else draw.rectangle)(box, fill=fill)
        img = img.convert({"grey": "L", "clear": "RGBA"}.get(name, "RGB"))
        img.save(f"{HERE}/pictures/{name}.png", optimize=True)
        made[name] = img
    return made


def write(path, value):
    os.makedirs(os.path.dirname(f"{HERE}/{path}"), exist_ok=True)
    with open(f"{HERE}/{path}", "w", encoding="utf-8") as f:
        json.dump(value, f, ensure_ascii=True, indent=1)
        f.write("\n")


def ids(t, text, context):
    t.enable_truncation(context)
    got = t.encode(text).ids
    t.no_truncation()
    return got


def padded(rows, pad, length):
    full = np.full((len(rows), length), pad, np.int64)
    mask = np.zeros((len(rows), length), np.int64)
    for i, r in enumerate(rows):
        full[i, : len(r)] = r
        mask[i, : len(r)] = 1
    return full, mask


def run(path, outputs, feeds):
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(outputs, feeds)


def rounded(a):
    return [[float(f"{v:.8g}") for v in row] for row in a]


CLIP_PIXELS = {"do_resize": True, "size": {"shortest_edge": SIDE}, "resample": 3, "do_center_crop": True, "crop_size": {"height": SIDE, "width": SIDE},
    "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "do_convert_rgb": True,
    "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}
SIGLIP_PIXELS = {"do_resize": True, "size": {"height": SIDE, "width": SIDE}, "resample": 3, "do_rescale": True, "rescale_factor": 1 / 255,
    "do_normalize": True, "image_mean": [0.5] * 3, "image_std": [0.5] * 3, "do_convert_rgb": None}


def plain(made, settings):
    """The pixels before they are scaled to numbers, by the processor itself."""
    kind = CLIPImageProcessorPil if "crop_size" in settings else SiglipImageProcessorPil
    p = kind(**{**settings, "do_rescale": False, "do_normalize": False, "do_convert_rgb": True})
    out = {}
    for name, img in made.items():
        a = np.asarray(p(img, return_tensors="np")["pixel_values"][0])
        out[name] = np.clip(np.round(a), 0, 255).astype(np.uint8).transpose(1, 2, 0)
    return out


def main():
    made = pictures()
    context = 20

    # clip: two files, quick-GELU, tokenizer.json
    t, vocab, merges = clip_tokenizer()
    eos = vocab["<|endoftext|>"]
    os.makedirs(f"{HERE}/clip", exist_ok=True)
    t.save(f"{HERE}/clip/tokenizer.json", pretty=False)
    write("clip/config.json", {"model_type": "clip", "projection_dim": PROJECTION, "text_config": {"model_type": "clip_text_model", "max_position_embeddings": context, "hidden_act": "quick_gelu"}, "vision_config": {"model_type": "clip_vision_model", "image_size": SIDE}})
    write("clip/preprocessor_config.json", CLIP_PIXELS)
    write("clip/tokenizer_config.json", {"model_max_length": context, "pad_token": "<|endoftext|>", "tokenizer_class": "CLIPTokenizer"})
    g = Graph()
    g.text(len(vocab), context, "quick_gelu", True, eos, "text_embeds", mask_input=True)
    g.save(f"{HERE}/clip/text_model.onnx", ["input_ids", "attention_mask"], {"text_embeds": ["batch", PROJECTION]})
    g = Graph()
    g.vision("quick_gelu", True, "image_embeds")
    g.save(f"{HERE}/clip/vision_model.onnx", ["pixel_values"], {"image_embeds": ["images", PROJECTION]})
    rows = [ids(t, s, context) for s in TEXTS]
    full, mask = padded(rows, eos, context)
    text_out = run(f"{HERE}/clip/text_model.onnx", ["text_embeds"], {"input_ids": full, "attention_mask": mask})[0]
    tensors = CLIPImageProcessorPil(**CLIP_PIXELS)
    pixel_values = np.concatenate([tensors(img, return_tensors="np")["pixel_values"] for img in made.values()])
    image_out = run(f"{HERE}/clip/vision_model.onnx", ["image_embeds"], {"pixel_values": pixel_values})[0]
    finish("clip", made, CLIP_PIXELS, rows, text_out, image_out)

    # joint: one file, GELU, vocab.json and merges.txt
    write("joint/config.json", {"model_type": "clip", "projection_dim": PROJECTION, "text_config": {"max_position_embeddings": context, "hidden_act": "gelu"}, "vision_config": {"image_size": SIDE}})
    write("joint/preprocessor_config.json", {**CLIP_PIXELS, "size": SIDE, "crop_size": SIDE})
    write("joint/special_tokens_map.json", {"bos_token": "<|startoftext|>", "eos_token": {"content": "<|endoftext|>"}, "pad_token": "!", "unk_token": "<|endoftext|>"})
    with open(f"{HERE}/joint/vocab.json", "w", encoding="utf-8") as f:
        json.dump(vocab, f, ensure_ascii=False)
    with open(f"{HERE}/joint/merges.txt", "w", encoding="utf-8") as f:
        f.write("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    g = Graph()
    a = g.text(len(vocab), context, "gelu", True, eos, "text_embeds")
    b = g.vision("gelu", True, "image_embeds")
    g.op("MatMul", a, g.op("Transpose", b, perm=[1, 0]), out="logits_per_text")
    g.save(f"{HERE}/joint/model.onnx", ["input_ids", "pixel_values"], {"logits_per_text": ["batch", "images"], "text_embeds": ["batch", PROJECTION], "image_embeds": ["images", PROJECTION]})
    full, _ = padded(rows, vocab["!"], context)
    text_out, image_out = run(f"{HERE}/joint/model.onnx", ["text_embeds", "image_embeds"], {"input_ids": full, "pixel_values": pixel_values})
    finish("joint", made, CLIP_PIXELS, rows, text_out, image_out)

    # siglip: pooled outputs, squeezed to a square, padded to its full length
    t = siglip_tokenizer()
    os.makedirs(f"{HERE}/siglip", exist_ok=True)
    t.save(f"{HERE}/siglip/tokenizer.json", pretty=False)
    write("siglip/config.json", {"model_type": "siglip", "text_config": {"model_type": "siglip_text_model", "max_position_embeddings": context}, "vision_config": {"model_type": "siglip_vision_model", "image_size": SIDE}})
    write("siglip/preprocessor_config.json", SIGLIP_PIXELS)
    write("siglip/tokenizer_config.json", {"model_max_length": context, "pad_token": "</s>", "tokenizer_class": "SiglipTokenizer"})
    g = Graph()
    g.text(t.get_vocab_size(), context, "gelu", False, 1, "pooler_output")
    g.save(f"{HERE}/siglip/text_model.onnx", ["input_ids"], {"pooler_output": ["batch", PROJECTION]})
    g = Graph()
    g.vision("gelu", False, "pooler_output")
    g.save(f"{HERE}/siglip/vision_model.onnx", ["pixel_values"], {"pooler_output": ["images", PROJECTION]})
    rows = [ids(t, s, context) for s in TEXTS]
    full, _ = padded(rows, 1, context)
    text_out = run(f"{HERE}/siglip/text_model.onnx", ["pooler_output"], {"input_ids": full})[0]
    p = SiglipImageProcessorPil(**{**SIGLIP_PIXELS, "do_convert_rgb": True})
    pixel_values = np.concatenate([p(img, return_tensors="np")["pixel_values"] for img in made.values()])
    image_out = run(f"{HERE}/siglip/vision_model.onnx", ["pooler_output"], {"pixel_values": pixel_values})[0]
    finish("siglip", made, SIGLIP_PIXELS, rows, text_out, image_out)

    # gemma: the tokenizer of SigLIP 2, without a model
    t = gemma_tokenizer()
    os.makedirs(f"{HERE}/gemma", exist_ok=True)
    t.save(f"{HERE}/gemma/tokenizer.json", pretty=False)
    write("gemma/expected.json", {"texts": [{"text": s, "ids": ids(t, s, 64)} for s in TEXTS]})

    for path in sys.argv[1:]:
        captions = [c for entry in json.load(open(path)) for c in entry["caption"]][:5000]
        sums = {}
        for name in ["clip", "siglip", "gemma"]:
            t = Tokenizer.from_file(f"{HERE}/{name}/tokenizer.json")
            sums[name] = [hashlib.sha256(json.dumps([ids(t, c, 64) for c in captions[i : i + 100]]).encode()).hexdigest()[:16] for i in range(0, len(captions), 100)]
        write(f"captions/{os.path.basename(path)}", sums)


def real(folder):
    """A vision network of the size of ViT-B/32 beside the small text network, projected to the same length."""
    import shutil

    global WIDTH, HEADS, LAYERS, MLP, SIDE, PATCH
    shutil.copytree(f"{HERE}/clip", folder)
    WIDTH, HEADS, LAYERS, MLP, SIDE, PATCH = 768, 12, 12, 4, 224, 32
    g = Graph()
    g.vision("quick_gelu", True, "image_embeds")
    g.save(f"{folder}/vision_model.onnx", ["pixel_values"], {"image_embeds": ["images", PROJECTION]})
    with open(f"{folder}/preprocessor_config.json", "w") as f:
        json.dump({**CLIP_PIXELS, "size": {"shortest_edge": SIDE}, "crop_size": {"height": SIDE, "width": SIDE}}, f)


def finish(folder, made, settings, rows, text_out, image_out):
    os.makedirs(f"{HERE}/{folder}/pixels", exist_ok=True)
    for name, a in plain(made, settings).items():
        Image.fromarray(a).save(f"{HERE}/{folder}/pixels/{name}.png", optimize=True)
    write(f"{folder}/expected.json", {
        "texts": [{"text": t, "ids": r, "embedding": e} for t, r, e in zip(TEXTS, rows, rounded(text_out))],
        "images": [{"name": n, "embedding": e} for n, e in zip(made, rounded(image_out))],
    })


if sys.argv[1:2] == ["--real"]:
    real(sys.argv[2])
else:
    main()
