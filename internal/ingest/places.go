package ingest

// Places are where the members of a record are that were looked up by name, for
// as long as records have the same names in the same order.
type places struct {
	first *member // of the record that they are true of; nil: of none
	list  []place
}

type place struct {
	name string
	at   int // -1: no member is called so
}

const maxPlaces = 32

// of tells whether the places are true of a record with these members.
func (p *places) of(members []member) bool {
	return len(members) > 0 && p.first == &members[0]
}

// find returns where the member called name is, if that is known.
func (p *places) find(name string) (at int, ok bool) {
	for i := range p.list {
		if p.list[i].name == name {
			return p.list[i].at, true
		}
	}
	return 0, false
}

func (p *places) note(name string, at int) {
	if len(p.list) < maxPlaces {
		p.list = append(p.list, place{name, at})
	}
}
