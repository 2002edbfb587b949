package condaccess

import (
	"slices"
	"strings"
	"time"
)

// A reader reads one object and collects what it does not understand of it.
type reader struct {
	part   Part
	unread []Unread
}

// maxShown is how much of a value that is not understood is kept for messages.
const maxShown = 80

func (r *reader) refuse(path string, n *node) {
	u := Unread{Path: path, Value: n.shown(), Part: r.part}
	if !slices.Contains(r.unread, u) {
		r.unread = append(r.unread, u)
	}
}

// shown returns a value for a message.
func (n *node) shown() string {
	if n.null() {
		return "null"
	}
	text := n.text
	switch n.kind {
	case listNode:
		text = "a list"
	case objectNode:
		text = "an object"
	case nullNode, boolNode, numberNode, stringNode:
	}
	if runes := []rune(text); len(runes) > maxShown {
		return string(runes[:maxShown]) + "…"
	}
	return text
}

// known refuses each member of n that is set and is not named, and each that
// is there twice.
func (r *reader) known(path string, n *node, names ...string) {
	if n.null() {
		return
	}
	if n.kind != objectNode {
		if !n.empty() {
			r.refuse(path, n)
		}
		return
	}
	for _, name := range n.twice {
		r.refuse(join(path, name), &node{kind: stringNode, text: "the member is there twice"})
	}
	for _, f := range n.fields {
		switch {
		case noise(f.name) || f.value.empty():
		case f.name == additional:
			r.known(path, f.value, names...)
		case !slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, f.name) }):
			r.refuse(join(path, f.name), f.value)
		}
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// list returns the texts of a member that holds ids.
func (r *reader) list(path string, n *node, name string) []string {
	return r.listOf(path, n, name, idWord)
}

// listOf returns the texts of a member; word tells what a text of it looks like.
func (r *reader) listOf(path string, n *node, name string, word func(string) bool) []string {
	out, ok := n.get(name).strings()
	out = apart(out, word)
	at := slices.IndexFunc(out, func(s string) bool { return cutOff(s) || spaced(s) })
	switch {
	case at >= 0:
		r.refuse(join(path, name), &node{kind: stringNode, text: out[at]})
	case !ok:
		r.refuse(join(path, name), n.get(name))
	}
	return out
}

// apart returns a list in which each text of several words gives way to them:
// PowerShell writes a list that lies deeper than it was told to go as its
// members with spaces between.
func apart(list []string, word func(string) bool) []string {
	var out []string
	for _, v := range list {
		words := strings.Fields(v)
		if len(words) < 2 || slices.ContainsFunc(words, func(w string) bool { return !word(w) }) {
			words = []string{v}
		}
		out = append(out, words...)
	}
	return out
}

// spaced tells whether a text has several words, which no id has: it is a name in
// the place of one, or says that one should be put there.
func spaced(s string) bool { return len(strings.Fields(s)) > 1 }

// idWord tells whether a text is an id, or a word that stands for ids.
func idWord(s string) bool {
	return guid(s) || contains([]string{
		"All", "None", "GuestsOrExternalUsers", "AllTrusted", "Office365", "MicrosoftAdminPortals", "AllAgentIdResources", "ServicePrincipalsInMyTenant",
		registerSecurityInfo, registerDevice,
	}, s) || contextClass(s)
}

// contextClass tells whether a text names an authentication context: c1 to c99.
func contextClass(s string) bool {
	number, ok := strings.CutPrefix(fold(s), "c")
	return ok && number != "" && len(number) < 3 && strings.Trim(number, "0123456789") == ""
}

// cutOff tells whether a text is what PowerShell writes for a value that lies
// deeper than it was told to go.
func cutOff(s string) bool {
	return strings.HasPrefix(s, "System.") || strings.HasPrefix(s, "@{") || strings.HasPrefix(s, "Microsoft.Graph.PowerShell.")
}

// oneOf returns the texts of a member, each of which has to be one of the
// names; they come back as the names are spelt.
func (r *reader) oneOf(path string, n *node, name string, names ...string) []string {
	list := r.listOf(path, n, name, func(s string) bool { return contains(names, s) })
	return r.spelt(join(path, name), list, names)
}

// spelt returns values as the names are spelt, and refuses those that are none.
func (r *reader) spelt(path string, list, names []string) []string {
	for i, v := range list {
		at := slices.IndexFunc(names, func(s string) bool { return strings.EqualFold(s, v) })
		if at < 0 {
			r.refuse(path, &node{kind: stringNode, text: v})
			continue
		}
		list[i] = names[at]
	}
	return list
}

func (n *node) time() time.Time {
	t, err := time.Parse(time.RFC3339Nano, n.str())
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
