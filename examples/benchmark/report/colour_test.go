package report

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// schemes are the colours of the style sheet, in light and in dark.
func schemes(t *testing.T) map[string]map[string]rgb {
	t.Helper()
	all := map[string]map[string]rgb{}
	for i, block := range regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(style, -1) {
		colours := map[string]rgb{}
		for _, m := range regexp.MustCompile(`(--[\w-]+): #([0-9a-f]{6});`).FindAllStringSubmatch(block[1], -1) {
			v, err := strconv.ParseUint(m[2], 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			colours[m[1]] = rgb{linear(v >> 16), linear(v >> 8 & 255), linear(v & 255)}
		}
		all[[]string{"light", "dark"}[i]] = colours
	}
	if len(all) != 2 || len(all["light"]) != len(all["dark"]) {
		t.Fatalf("the style sheet has %d schemes", len(all))
	}
	return all
}

// rgb is a colour in linear light, from 0 to 1.
type rgb [3]float64

func linear(v uint64) float64 {
	c := float64(v) / 255
	if c <= 0.04045 {
		return c / 12.92
	}
	return math.Pow((c+0.055)/1.055, 2.4)
}

// contrast is that of WCAG 2.
func contrast(a, b rgb) float64 {
	light := func(c rgb) float64 { return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2] + 0.05 }
	return max(light(a), light(b)) / min(light(a), light(b))
}

func TestContrast(t *testing.T) {
	for name, colours := range schemes(t) {
		for _, ground := range []string{"--card", "--paper"} {
			for k, least := range map[string]float64{"--ink": 4.5, "--soft": 4.5, "--good": 4.5, "--bad": 4.5, "--accent": 4.5} {
				if c := contrast(colours[k], colours[ground]); c < least {
					t.Errorf("%s: text %s on %s has a contrast of %.2f, want %g", name, k, ground, c, least)
				}
			}
		}
		for k := inkGood; k < inkRuns+maxRuns; k++ {
			colour, ok := colours[k.property()]
			if c := contrast(colour, colours["--card"]); !ok || c < 3 {
				t.Errorf("%s: marks in %s have a contrast of %.2f, want 3", name, k.property(), c)
			}
		}
	}
}

// blind are how colours look to those who lack a cone (Machado, Oliveira and
// Fernandes 2009, severity 1).
var blind = map[string][3][3]float64{
	"everybody":   {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protanopes":  {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deuteranope": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
}

// TestColoursAreToldApart compares the colours of runs, which have shapes besides.
func TestColoursAreToldApart(t *testing.T) {
	for name, colours := range schemes(t) {
		for eyes, matrix := range blind {
			for a := range maxRuns {
				for b := range a {
					x, y := (inkRuns + ink(a)).property(), (inkRuns + ink(b)).property()
					if d := apart(seen(colours[x], matrix), seen(colours[y], matrix)); d < 0.1 {
						t.Errorf("%s, for %s: %s and %s are %.3f apart in OKLab, want 0.1", name, eyes, x, y, d)
					}
				}
			}
		}
	}
}

func seen(c rgb, m [3][3]float64) (out rgb) {
	for i := range m {
		out[i] = min(max(m[i][0]*c[0]+m[i][1]*c[1]+m[i][2]*c[2], 0), 1)
	}
	return out
}

// apart is the distance of colours in OKLab (Ottosson 2020).
func apart(a, b rgb) float64 {
	lab := func(c rgb) [3]float64 {
		l := math.Cbrt(0.4122214708*c[0] + 0.5363325363*c[1] + 0.0514459929*c[2])
		m := math.Cbrt(0.2119034982*c[0] + 0.6806995451*c[1] + 0.1073969566*c[2])
		s := math.Cbrt(0.0883024619*c[0] + 0.2817188376*c[1] + 0.6299787005*c[2])
		return [3]float64{
			0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
			1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
			0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
		}
	}
	x, y := lab(a), lab(b)
	return math.Sqrt((x[0]-y[0])*(x[0]-y[0]) + (x[1]-y[1])*(x[1]-y[1]) + (x[2]-y[2])*(x[2]-y[2]))
}

// TestEveryInkHasAColour finds names that the style sheet does not know.
func TestEveryInkHasAColour(t *testing.T) {
	for k := inkText; k < inkRuns+maxRuns; k++ {
		if n := strings.Count(style, k.property()+":"); n != 2 {
			t.Errorf("%s has %d colours, want one in light and one in dark", k.property(), n)
		}
	}
}
