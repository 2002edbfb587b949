package deps

import (
	"errors"
	"go/build"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/conshelf/conshelf/"

// policy says, for each package, which packages of this module it may import.
// It is a statement of design: an edge is never added to fix a build. A line
// names only packages of lines above it, so there are no cycles and imports
// point down.
const policy = `
# The language. It knows nothing of logs, incidents or databases.
kql/diag:
kql/types:
kql/syntax:   kql/diag
kql/builtin:  kql/types
kql/plan:     kql/diag kql/types kql/builtin
kql/bind:     kql/diag kql/types kql/syntax kql/builtin kql/plan
kql/sqlgen:   kql/diag kql/types kql/builtin kql/plan
kql:          kql/diag kql/types kql/syntax kql/plan kql/bind

# The nouns.
internal/evidence:
internal/incident:   internal/evidence
internal/schema:     kql/types
internal/attack:     internal/incident
internal/matrix:     internal/incident internal/attack
internal/vocabulary: kql/bind
internal/escape:
internal/activity:   kql/syntax kql/types internal/evidence
internal/indicator:  internal/activity
internal/timeline:   kql/syntax internal/activity internal/evidence internal/incident
internal/chart:      kql/types internal/escape
internal/golden:
internal/doctree:    kql/diag
internal/arm:        internal/doctree
rules:
playbooks:

# The outside world.
internal/compute/series:     kql/types
internal/compute/geo:        kql/types
internal/compute/procedure:  kql/types
internal/compute/text:       kql/types
internal/compute/sketch:     kql/types
internal/compute/statistics: kql/types
internal/compute/units:      kql/types
internal/compute/decimal:
internal/compute/atlas:      kql/types
internal/engine:             kql/types kql/plan
internal/engine/enginetest:  kql kql/types kql/plan kql/sqlgen internal/schema internal/engine internal/golden
internal/engine/duckdb:      kql/types kql/plan kql/sqlgen internal/engine internal/compute/series internal/compute/geo internal/compute/procedure internal/compute/text internal/compute/sketch internal/compute/statistics internal/compute/units internal/compute/decimal internal/compute/atlas
internal/support:            kql kql/bind kql/builtin kql/diag kql/plan kql/sqlgen kql/types
internal/conformance:        kql kql/diag kql/plan kql/sqlgen kql/types internal/engine
internal/ingest:             kql/types internal/evidence internal/schema internal/engine
internal/custody:            kql/types internal/evidence internal/engine

# The work.
internal/sigma:      internal/doctree internal/schema kql/diag kql/syntax kql/types
internal/rule:       internal/doctree internal/arm internal/sigma kql kql/bind kql/diag kql/plan kql/types internal/incident internal/attack
internal/detect:     internal/attack kql/types kql/plan kql/diag internal/incident internal/evidence internal/engine internal/rule
internal/coverage:   kql kql/plan kql/types internal/evidence internal/incident internal/schema internal/engine internal/ingest
internal/tenant:     kql/plan kql/types internal/incident
internal/rehearse:   kql/types internal/schema internal/incident internal/engine internal/rule internal/detect
internal/trial:      internal/evidence internal/engine internal/ingest internal/rule internal/detect
internal/correlate:  internal/evidence internal/incident internal/attack
internal/condaccess:
internal/baseline:   internal/condaccess internal/incident
internal/posture:    internal/incident internal/condaccess internal/tenant
internal/condaccess/gaps: internal/condaccess
internal/baseline:   internal/condaccess internal/condaccess/gaps internal/incident
internal/condaccess/history: internal/condaccess
internal/condaccess/replay: internal/condaccess
internal/condaccess/generate:
internal/lineage:    kql kql/plan kql/syntax kql/types internal/evidence internal/incident internal/schema internal/engine internal/correlate
internal/respond:    kql/diag kql/syntax internal/incident
internal/report:     kql/types internal/evidence internal/incident internal/coverage internal/attack internal/respond internal/escape
internal/exchange:   internal/incident internal/attack internal/timeline internal/report

# Putting it together.
internal/simulate:
internal/investigation: kql kql/bind kql/diag kql/plan kql/syntax kql/types internal/evidence internal/incident internal/schema internal/vocabulary internal/engine internal/custody internal/ingest internal/rule internal/detect internal/correlate internal/coverage internal/respond internal/report internal/activity internal/timeline rules playbooks internal/tenant internal/lineage internal/condaccess internal/condaccess/replay internal/posture internal/condaccess/history
internal/cli:           internal/tenant rules internal/matrix internal/attack internal/rehearse kql kql/builtin kql/bind kql/diag kql/sqlgen kql/plan kql/types kql/syntax internal/evidence internal/incident internal/schema internal/vocabulary internal/escape internal/chart internal/coverage internal/engine internal/engine/duckdb internal/custody internal/ingest internal/rule internal/investigation internal/report internal/respond internal/simulate internal/activity internal/indicator internal/timeline internal/exchange internal/condaccess internal/baseline internal/posture internal/condaccess/gaps internal/condaccess/replay internal/condaccess/generate
cmd/conshelf:           internal/cli

internal/deps:
`

func TestImports(t *testing.T) {
	allowed := parsePolicy(t, policy)
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if skipped(d.Name()) && path != root {
			return filepath.SkipDir
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		return checkPackage(t, path, filepath.ToSlash(name), allowed)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func skipped(dir string) bool {
	return dir == "testdata" || dir == "tools" || dir == "node_modules" || strings.HasPrefix(dir, ".")
}

func checkPackage(t *testing.T, dir, name string, allowed map[string][]string) error {
	pkg, err := build.ImportDir(dir, 0)
	if empty := (*build.NoGoError)(nil); errors.As(err, &empty) {
		return nil
	} else if err != nil {
		return err
	}
	imports, ok := allowed[name]
	if !ok {
		t.Errorf("%s has no line in the policy", name)
		return nil
	}
	for _, imp := range pkg.Imports {
		ours, ok := strings.CutPrefix(imp, module)
		if ok && !slices.Contains(imports, ours) {
			t.Errorf("%s may not import %s", name, ours)
		}
	}
	return nil
}

func parsePolicy(t *testing.T, text string) map[string][]string {
	allowed := make(map[string][]string)
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		name, list, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok {
			continue
		}
		imports := strings.Fields(list)
		for _, imp := range imports {
			if _, above := allowed[imp]; !above {
				t.Errorf("policy: %s names %s, which has no line above", name, imp)
			}
		}
		allowed[name] = imports
	}
	return allowed
}
