package bind

import (
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// outline returns the columns of a plugin that no engine runs, and of which
// Microsoft's binder says what it gives; false if it does not.
func (p *pluginCall) outline(name string) ([]types.Column, bool) {
	switch name {
	case "http_request", "http_request_post":
		return schemaOf("ResponseHeaders:dynamic ResponseBody:dynamic"), p.op.Schema == nil
	case "infer_storage_schema":
		return schemaOf("CslSchema:string"), true
	case "estimate_rows_count":
		return schemaOf("EstimatedRowsCount:long"), true
	case "identity", "identity_v3":
		return p.rows.cols, true
	case "sequence_detect":
		return p.sequence()
	case "funnel_sequence":
		return p.funnel(6, func(state types.Column) []types.Column {
			cols := []types.Column{{Name: "prev", Type: state.Type}, {Name: "next", Type: state.Type}}
			return append(cols, schemaOf("dcount:long samples:dynamic")...)
		})
	case "funnel_sequence_completion":
		return p.funnel(5, func(state types.Column) []types.Column {
			return append([]types.Column{{Name: state.Name, Type: types.String}}, schemaOf("Period:timespan dcount:long")...)
		})
	}
	return nil, false
}

// columnAt returns the column that argument i names.
func (p *pluginCall) columnAt(i int) (types.Column, bool) {
	if i >= len(p.args) {
		return types.Column{}, false
	}
	return p.columnCalled(p.args[i])
}

// columnCalled returns the column that x names.
func (p *pluginCall) columnCalled(x syntax.Expr) (types.Column, bool) {
	name, ok := unparen(x).(*syntax.Name)
	if !ok {
		return types.Column{}, false
	}
	at := p.rows.column(name.Text)
	if at < 0 {
		return types.Column{}, false
	}
	return p.rows.cols[at], true
}

// funnel is a plugin whose second argument is the column of the time, and whose
// argument at is that of the state.
func (p *pluginCall) funnel(at int, rest func(state types.Column) []types.Column) ([]types.Column, bool) {
	time, ok := p.columnAt(1)
	state, okState := p.columnAt(at)
	if !ok || !okState {
		return nil, false
	}
	return append([]types.Column{time}, rest(state)...), true
}

// sequence gives the columns that are no conditions, then the time at which
// each condition was met, by the names of both, and how long it took.
func (p *pluginCall) sequence() ([]types.Column, bool) {
	list := argsOf(p.op.Call)
	time, ok := p.columnAt(0)
	if !ok || len(list) < 4 {
		return nil, false
	}
	var keys, times []types.Column
	for _, a := range list[3:] {
		if key, isColumn := p.columnCalled(a.x); isColumn && key.Type != types.Bool {
			keys = append(keys, key)
			continue
		}
		name := a.name
		if name == "" {
			name = p.b.nameOf(a.x)
		}
		times = append(times, types.Column{Name: name + "_" + time.Name, Type: time.Type})
	}
	return append(append(keys, times...), types.Column{Name: "Duration", Type: types.TimeSpan}), true
}
