package simulate

import "strconv"

// A place is a town, as sign-in logs locate an address.
type place struct {
	city, state, country string
	latitude, longitude  int // in ten thousandths of a degree
}

// A country is where people live and travel. Its towns are near each other, so
// that going from home to the office by way of a phone is no journey.
type country struct {
	code   string
	zone   instant // from UTC, in winter
	towns  []place // the first has the offices
	asn    int     // of its access networks
	mobile []*network
}

// A network is an address and where it is.
type network struct {
	ip    string
	place *place
	asn   int
	name  string // of a trusted named location, if it is one
}

func town(city, state, country string, latitude, longitude int) place {
	return place{city: city, state: state, country: country, latitude: latitude, longitude: longitude}
}

// countries returns where a tenant's people may live and travel. None is the
// country of an attacker.
func countries() []country {
	return []country{
		{code: "NL", zone: hour, asn: 64512, towns: []place{
			town("Amsterdam", "Noord-Holland", "NL", 523702, 48952), town("Utrecht", "Utrecht", "NL", 520907, 51214), town("Rotterdam", "Zuid-Holland", "NL", 519225, 44792),
		}},
		{code: "BE", zone: hour, asn: 64513, towns: []place{
			town("Brussels", "Brussels Hoofdstedelijk Gewest", "BE", 508503, 43517), town("Antwerp", "Antwerpen", "BE", 512194, 44025), town("Ghent", "Oost-Vlaanderen", "BE", 510543, 37174),
		}},
		{code: "IE", zone: 0, asn: 64514, towns: []place{
			town("Dublin", "Dublin", "IE", 533498, -62603), town("Drogheda", "Louth", "IE", 537179, -63561), town("Galway", "Galway", "IE", 532707, -90568),
		}},
		{code: "DK", zone: hour, asn: 64515, towns: []place{
			town("Copenhagen", "Hovedstaden", "DK", 556761, 125683), town("Odense", "Syddanmark", "DK", 554038, 104024), town("Roskilde", "Sjaelland", "DK", 556415, 120803),
		}},
		{code: "PT", zone: 0, asn: 64516, towns: []place{
			town("Lisbon", "Lisboa", "PT", 387223, -91393), town("Coimbra", "Coimbra", "PT", 402033, -84103), town("Evora", "Evora", "PT", 385714, -79135),
		}},
		{code: "CH", zone: hour, asn: 64517, towns: []place{
			town("Zurich", "Zurich", "CH", 473769, 85417), town("Bern", "Bern", "CH", 469480, 74474), town("Basel", "Basel-Stadt", "CH", 475596, 75886),
		}},
		{code: "AT", zone: hour, asn: 64518, towns: []place{
			town("Vienna", "Wien", "AT", 482082, 163738), town("Linz", "Oberoesterreich", "AT", 483069, 142858), town("Graz", "Steiermark", "AT", 470707, 154395),
		}},
		{code: "CZ", zone: hour, asn: 64519, towns: []place{
			town("Prague", "Praha", "CZ", 500755, 144378), town("Brno", "Jihomoravsky kraj", "CZ", 491951, 166068), town("Pilsen", "Plzensky kraj", "CZ", 497384, 133736),
		}},
		{code: "GB", zone: 0, asn: 64520, towns: []place{
			town("London", "England", "GB", 515074, -1278), town("Reading", "England", "GB", 514543, -9781), town("Cambridge", "England", "GB", 522053, 1218),
		}},
		{code: "US", zone: -6 * hour, asn: 64521, towns: []place{
			town("Chicago", "Illinois", "US", 418781, -876298), town("Milwaukee", "Wisconsin", "US", 430389, -879065), town("Naperville", "Illinois", "US", 417508, -881535),
		}},
	}
}

// hideouts returns where attackers rent machines.
func hideouts() []place {
	return []place{
		town("Bucharest", "Bucuresti", "RO", 444268, 261025),
		town("Sao Paulo", "Sao Paulo", "BR", -235505, -466333),
		town("Ho Chi Minh City", "Ho Chi Minh", "VN", 108231, 1066297),
		town("Singapore", "Singapore", "SG", 13521, 1038198),
		town("Lagos", "Lagos", "NG", 65244, 33792),
		town("Johannesburg", "Gauteng", "ZA", -262041, 280473),
		town("Buenos Aires", "Ciudad Autonoma de Buenos Aires", "AR", -346037, -583816),
		town("Jakarta", "Jakarta", "ID", -62088, 1068456),
		town("Istanbul", "Istanbul", "TR", 410082, 289784),
		town("Chisinau", "Chisinau", "MD", 470105, 288638),
		town("Almaty", "Almaty", "KZ", 432220, 768512),
		town("Tallinn", "Harjumaa", "EE", 594370, 247536),
	}
}

// An addressRange is an IPv4 range that belongs to nobody: reserved for
// documentation, benchmarks or carrier-grade NAT.
type addressRange struct {
	first, size uint32
}

func documentation() []addressRange {
	return []addressRange{
		{192<<24 | 0<<16 | 2<<8, 256},
		{198<<24 | 51<<16 | 100<<8, 256},
		{203<<24 | 0<<16 | 113<<8, 256},
	}
}

func benchmark() addressRange { return addressRange{198<<24 | 18<<16, 1 << 17} }

func carrier() addressRange { return addressRange{100<<24 | 64<<16, 1 << 22} }

// addresses gives every address to one network only.
type addresses struct {
	taken map[uint32]bool
}

// take returns an address of r that nobody has. It goes on to the next when
// one is taken; maxUsers keeps every range from running out.
func (a *addresses) take(d *dice, r addressRange) string {
	at := uint32(d.below(int(r.size)))
	for range r.size {
		ip := r.first + at
		if last := ip & 255; last != 0 && last != 255 && !a.taken[ip] {
			a.taken[ip] = true
			return formatIPv4(ip)
		}
		at = (at + 1) % r.size
	}
	panic("address range is full")
}

// takeAny takes from one of ranges.
func (a *addresses) takeAny(d *dice, ranges []addressRange) string {
	return a.take(d, pick(d, ranges))
}

func formatIPv4(ip uint32) string {
	b := make([]byte, 0, 15)
	for shift := 24; shift >= 0; shift -= 8 {
		b = strconv.AppendUint(b, uint64(ip>>shift&255), 10)
		if shift > 0 {
			b = append(b, '.')
		}
	}
	return string(b)
}
