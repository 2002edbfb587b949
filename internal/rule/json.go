package rule

import (
	"github.com/conshelf/conshelf/internal/arm"
	"github.com/conshelf/conshelf/internal/doctree"
	"github.com/conshelf/conshelf/kql/diag"
)

// readJSON reads a template of Azure Resource Manager or custom detections of
// Defender. Folders of rules hold other JSON as well, which is said.
func (f *file) readJSON() {
	doc, err := doctree.JSON(f.text)
	if err != nil {
		f.malformed(err)
		return
	}
	switch {
	case arm.Is(doc):
		f.readTemplate(doc)
	case isCustomDetection(doc):
		f.add(customDetection(doc))
	case doc.Value("value") != nil && doc.Value("value").Kind == doctree.List:
		for _, item := range doc.Value("value").Items {
			if isCustomDetection(item) {
				f.add(customDetection(item))
			}
		}
	}
	if len(f.drafts)+len(f.list) == 0 {
		f.list.Add(diag.Diagnostic{Span: doc.At, Severity: diag.Info, Code: diag.BadRule, Message: "the file holds no rule: it is not read"})
	}
}
