package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"

	"github.com/conshelf/conshelf/internal/attack"
	"github.com/conshelf/conshelf/internal/escape"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/respond"
)

//go:embed style.css
var styleCSS string

//go:embed page.html.tmpl
var pageTemplate string

// page is what the template sees.
type page struct {
	Document
	Style  template.CSS
	Policy string
}

type alertView struct {
	Alert   incident.Alert
	Sources AlertSources
}

type stepView struct {
	Step respond.Step
	Refs []template.HTML
}

// HTML writes the document as one page that needs nothing else: no script, no
// font, no image. Its content security policy allows its own style and
// nothing more.
func HTML(w io.Writer, d Document) error {
	t, err := template.New("page").Funcs(funcs()).Parse(pageTemplate)
	if err != nil {
		return fmt.Errorf("parse page template: %w", err)
	}
	sum := sha256.Sum256([]byte(styleCSS))
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
	if err := t.Execute(w, page{d, template.CSS(styleCSS), policy}); err != nil {
		return fmt.Errorf("write report as HTML: %w", err)
	}
	return nil
}

func funcs() template.FuncMap {
	return template.FuncMap{
		"t":           func(v any) string { return escape.Terminal(fmt.Sprint(v)) },
		"n":           func(i int) int { return i + 1 },
		"window":      windowText,
		"span":        span,
		"when":        when,
		"tactic":      tacticText,
		"kind":        kindText,
		"identifiers": identifiersText,
		"sources":     sourcesText,
		"unlinked":    unlinked,
		"planNote":    planNote,
		"size":        sizeText,
		"number":      numberText,
		"plural":      plural,
		"chart":       newChart,
		"collection":  newCollection,
		"story":       storyOf,
		"access":      accessOf,
		"ref":         ref,
		"tenant":      tenantText,
		"tenants":     tenantsText,
		"lasted":      lastedText,
		"cellClass":   cellClass,
		"technique": func(id incident.Technique) string {
			if t, ok := attack.Lookup(id); ok {
				return " " + t.Name
			}
			return ""
		},
		"alert": func(a incident.Alert, s AlertSources) alertView { return alertView{a, s} },
		"step": func(i int, s IncidentSection, step respond.Step) stepView {
			v := stepView{Step: step}
			for _, id := range step.Alerts {
				v.Refs = append(v.Refs, ref(i, s, id))
			}
			return v
		},
	}
}

// ref is a link to the alert of that id in the incident's timeline. Only
// numbers go into it.
func ref(i int, s IncidentSection, id string) template.HTML {
	j := slices.IndexFunc(s.Incident.Alerts, func(a incident.Alert) bool { return a.ID == id })
	if j < 0 {
		return "an alert that is not listed"
	}
	return template.HTML(fmt.Sprintf(`<a href="#alert-%d-%d">alert %d</a>`, i+1, j+1, j+1))
}
