package report_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestBrowser opens the page in a real browser, the one that IMAGESCOPE_BROWSER
// names: its own script has to run under its policy, and a link to a query to
// open it. A second script, which the test adds in the policy's place, measures
// what a person sees.
func TestBrowser(t *testing.T) {
	browser := os.Getenv("IMAGESCOPE_BROWSER")
	if browser == "" {
		t.Skip("no browser to look at the page with: set IMAGESCOPE_BROWSER to a Chromium or Chrome, such as chromium")
	}
	page := twoRuns(t)

	t.Run("script", func(t *testing.T) {
		dom := look(t, browser, page, "#q2", 1280, "light")
		for _, want := range []string{"24 of 24 queries, 4 with pictures", `<details class="card" id="q2"`} {
			if !strings.Contains(dom, want) {
				t.Errorf("the page as the browser has it does not contain %q", want)
			}
		}
		if strings.Contains(dom, `role="search" hidden`) {
			t.Error("the search is hidden: the script of the page did not run")
		}
		if m := regexp.MustCompile(`<details class="card" id="q2"[^>]*>`).FindString(dom); !strings.Contains(m, "open") {
			t.Errorf("a link to a query does not open it: %s", m)
		}
	})
	policy := regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*>`)
	probed := policy.ReplaceAllString(page, "") + "<script>" + probe + "</script>"
	for _, at := range []struct {
		scheme string
		width  int
	}{{"light", 1280}, {"dark", 500}} {
		t.Run(fmt.Sprintf("%s, %d wide", at.scheme, at.width), func(t *testing.T) {
			dom := look(t, browser, probed, "", at.width, at.scheme)
			m := regexp.MustCompile(`data-probe="([^"]*)"`).FindStringSubmatch(dom)
			if m == nil {
				t.Fatal("the script of the test did not run")
			}
			if !strings.HasPrefix(m[1], at.scheme+": ") {
				t.Fatalf("the browser does not do as it is told: it has the scheme %s, not %s", m[1], at.scheme)
			}
			if found := strings.TrimPrefix(m[1], at.scheme+": "); found != "" {
				t.Errorf("in the browser: %s", found)
			}
		})
	}
}

// probe writes what is wrong into the page: what is wider than the window, text
// whose contrast is below 4.5 and marks of charts below 3 (WCAG 2.2, AA), and
// what one can act upon without a name.
const probe = `
addEventListener("load", () => {
  const wrong = new Set();
  const parse = (c) => (c.match(/[\d.]+/g) || []).map(Number);
  const light = (c) => {
    const l = c.slice(0, 3).map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * l[0] + 0.7152 * l[1] + 0.0722 * l[2] + 0.05;
  };
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor;
      const p = parse(c);
      if (c.startsWith("rgb") && (p.length < 4 || p[3] === 1)) return p;
    }
    return [255, 255, 255];
  };
  const check = (e, colour, least, what) => {
    if (!colour.startsWith("rgb")) return;
    const a = light(parse(colour)), b = light(ground(e));
    const c = Math.max(a, b) / Math.min(a, b);
    if (c < least) wrong.add(what + " <" + e.tagName.toLowerCase() + "> has a contrast of " + c.toFixed(2));
  };
  for (const d of document.querySelectorAll("details")) d.open = true;
  const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  let texts = 0, marks = 0;
  for (let n = walk.nextNode(); n; n = walk.nextNode()) {
    const e = n.parentElement;
    if (!n.data.trim() || e.closest("script,style")) continue;
    const s = getComputedStyle(e);
    check(e, e.closest("svg") ? s.fill : s.color, 4.5, "text of");
    texts++;
  }
  for (const p of document.querySelectorAll("svg path")) {
    if (p.getAttribute("style").includes("--grid")) continue;
    const s = getComputedStyle(p);
    check(p, s.fill === "none" ? s.stroke : s.fill, 3, "a mark");
    marks++;
  }
  if (texts < 200 || marks < 50) wrong.add("only " + texts + " texts and " + marks + " marks were found");
  if (document.documentElement.scrollWidth > innerWidth) {
    let widest = document.body;
    for (const e of document.querySelectorAll("body *")) {
      if (!e.closest(".scroll,pre") && e.getBoundingClientRect().right > innerWidth) widest = e;
    }
    wrong.add("it is wider than the window: " + widest.tagName.toLowerCase() + "." + widest.className);
  }
  for (const e of document.querySelectorAll("a,summary,input,select,[tabindex]")) {
    if (!(e.textContent.trim() || e.labels?.length || e.getAttribute("aria-label"))) wrong.add("a control <" + e.tagName.toLowerCase() + "> has no name");
  }
  for (const i of document.querySelectorAll("img")) if (!i.alt || !i.naturalWidth) wrong.add("a picture is not shown or has no text");
  const scheme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.probe = scheme + ": " + [...wrong].slice(0, 9).join("; ");
});
`

// look opens a page and returns what the browser made of it.
func look(t *testing.T, browser, page, fragment string, width int, scheme string) string {
	t.Helper()
	// A browser may still write to its folder when it has ended, so that not all
	// of it can be removed: t.TempDir would make a failure of that.
	dir, err := os.MkdirTemp("", "imagescope-report")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	file := filepath.Join(dir, "page.html")
	if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	preferred := map[string]string{"dark": "0", "light": "1"}[scheme]
	address := (&url.URL{Scheme: "file", Path: filepath.ToSlash(file)}).String() + fragment
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, browser,
		"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
		"--user-data-dir="+filepath.Join(dir, "profile"), "--virtual-time-budget=4000",
		fmt.Sprintf("--window-size=%d,900", width), "--blink-settings=preferredColorScheme="+preferred,
		"--dump-dom", address)
	cmd.WaitDelay = 10 * time.Second
	dom, err := cmd.Output()
	if err != nil || !strings.Contains(string(dom), "</html>") {
		t.Fatalf("%s did not show the page: %v", browser, err)
	}
	return string(dom)
}
