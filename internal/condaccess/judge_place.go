package condaccess

import "slices"

// findPlaces finds out which of the locations that policies name hold the
// sign-in.
func (j *judge) findPlaces() {
	p := &j.s.Place
	j.why = slices.Grow(j.why, len(j.e.locations))[:len(j.e.locations)] // of each place, why it is open
	for n, l := range j.e.locations {
		t, why := j.e.inLocation(j.e.x.places.ids[n], l, p)
		switch t {
		case Yes:
			j.places.yes.add(n)
		case Unsure:
			j.places.maybe.add(n)
			j.why[n] = why
		case No:
		}
	}
	j.trusted = j.e.inTrusted(p)
}

// inLocation tells whether a sign-in is from a location; l is nil where the
// location was not exported. What the log recorded decides.
func (e *Evaluator) inLocation(id string, l *NamedLocation, p *Place) (Truth, ReasonCode) {
	if contains(p.Named, id) || l != nil && l.Name != "" && contains(p.Named, l.Name) {
		return Yes, ""
	}
	switch {
	case id == mfaTrustedIPs:
		return e.inMFATrusted(p), MFATrustedIPsNotExported
	case l == nil && p.NamedDone && (len(p.Named) == 0 || p.NamedIDs):
		return No, ""
	case l == nil:
		return Unsure, LocationNotExported
	}
	t, why := l.contains(p)
	if t == Unsure && p.NamedDone && !l.GPS {
		return No, ""
	}
	return t, why
}

// inTrusted tells whether a sign-in is from a trusted location: a named one, or
// an address that the multifactor service trusts.
func (e *Evaluator) inTrusted(p *Place) Truth {
	if p.Trusted != Unsure {
		return p.Trusted
	}
	t := No
	for _, l := range e.trusted {
		in, _ := e.inLocation(l.ID, l, p)
		t = t.Or(in)
	}
	if !e.tenant.LocationsKnown && e.options.Assume == AssumeNothing && !p.NamedDone {
		t = t.Or(Unsure)
	}
	return t.Or(e.inMFATrusted(p))
}

func (e *Evaluator) inMFATrusted(p *Place) Truth {
	for _, r := range e.tenant.TrustedIPs {
		if p.IP.IsValid() && r.Contains(p.IP) {
			return Yes
		}
	}
	switch {
	case p.NamedDone || p.Trusted == No:
		return No
	case !e.tenant.TrustedIPsKnown && e.options.Assume != AssumeNothing:
		return No // the What If tools know of none
	case !e.tenant.TrustedIPsKnown || len(e.tenant.TrustedIPs) > 0 && !p.IP.IsValid():
		return Unsure
	}
	return No
}

// location tells whether the sign-in is from where the policy says.
func (j *judge) location(c *compiled) Truth {
	if c.p.Conditions.Locations.Empty() {
		return Yes
	}
	in := Yes
	if !c.places.empty {
		in = j.inPlaces(&c.places)
	}
	if in == No || c.notPlaces.empty {
		return in
	}
	return in.And(j.inPlaces(&c.notPlaces).Not())
}

func (j *judge) inPlaces(s *placeSet) Truth {
	if s.all {
		return Yes
	}
	t, n := j.places.meets(s.ids)
	if t == Unsure {
		j.because(j.why[n], ConditionLocation, j.placeName(n))
	}
	if t != Yes && s.trusted {
		if j.trusted == Unsure {
			j.because(j.whyTrusted(), ConditionLocation, allTrusted)
		}
		t = t.Or(j.trusted)
	}
	if t != Yes && len(s.words) > 0 {
		t = t.Or(j.because(NameNotKnown, ConditionLocation, s.words[0]))
	}
	return t
}

func (j *judge) whyTrusted() ReasonCode {
	switch {
	case !j.e.tenant.LocationsKnown:
		return LocationNotExported
	case !j.s.Place.IP.IsValid():
		return AddressNotGiven
	}
	return MFATrustedIPsNotExported
}

func (j *judge) placeName(n int) string {
	if l := j.e.locations[n]; l != nil {
		return l.label()
	}
	return j.e.x.places.ids[n]
}

// devices tells whether the device is one that the filter leaves in.
func (j *judge) devices(c *compiled) Truth {
	t := j.deviceStates(&c.p.Conditions.DeviceStates)
	f := c.p.Conditions.DeviceFilter
	if f == nil || t == No {
		return t
	}
	if f.Expr == nil {
		return t.And(j.because(FilterNotUnderstood, ConditionDevices, f.Rule))
	}
	complete := j.e.options.Assume != AssumeNothing
	m := match(f.Expr, func(name string) ([]string, Truth) { return j.s.Device.lookup(name, complete) })
	if f.Exclude {
		m = m.Not()
	}
	if m == Unsure {
		j.because(DeviceNotGiven, ConditionDevices, f.Rule)
	}
	return t.And(m)
}

// deviceStates is the condition that filters replaced.
func (j *judge) deviceStates(l *Lists) Truth {
	t := Yes
	for _, state := range l.Exclude {
		is := Unsure
		switch state {
		case "Compliant":
			is = j.s.Device.Compliant()
		case "DomainJoined":
			is = j.s.Device.Hybrid()
		case allValue:
			is = Yes
		}
		t = t.And(is.Not())
	}
	if t == Unsure {
		j.because(DeviceNotGiven, ConditionDevices, "device states")
	}
	return t
}
