// Package atlas says where IP addresses are, by a database of places in the
// MMDB format that the investigator supplies. What the database does not say is
// not guessed.
package atlas

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/conshelf/conshelf/kql/types"
)

// A Database is a database of places. It may be used by several goroutines.
type Database struct{ reader *maxminddb.Reader }

// Open opens the database that a file holds. Close must follow.
func Open(path string) (*Database, error) {
	reader, err := maxminddb.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open database of places %s: %w", path, err)
	}
	return &Database{reader: reader}, nil
}

// OpenBytes opens a database that stands in memory.
func OpenBytes(data []byte) (*Database, error) {
	reader, err := maxminddb.OpenBytes(data)
	if err != nil {
		return nil, fmt.Errorf("open database of places: %w", err)
	}
	return &Database{reader: reader}, nil
}

// Close releases the database.
func (d *Database) Close() error { return d.reader.Close() }

// record is what is read of the database's record of an address. A database of
// countries alone lacks the rest.
type record struct {
	Country struct {
		Names map[string]string `maxminddb:"names"`
	} `maxminddb:"country"`
	Subdivisions []struct {
		Names map[string]string `maxminddb:"names"`
	} `maxminddb:"subdivisions"`
	City struct {
		Names map[string]string `maxminddb:"names"`
	} `maxminddb:"city"`
	Location struct {
		Latitude  *float64 `maxminddb:"latitude"`
		Longitude *float64 `maxminddb:"longitude"`
	} `maxminddb:"location"`
}

// english is the language of the names that Kusto gives.
const english = "en"

// Find returns what the database knows of an address as a JSON bag with
// country, state, city, latitude and longitude; without what it does not know.
// It is false if it does not know the address, or the text is none.
func (d *Database) Find(address string) (string, bool, error) {
	addr, err := netip.ParseAddr(strings.TrimSpace(address))
	if err != nil {
		return "", false, nil //nolint:nilerr // not an address: Kusto gives null
	}
	var r record
	result := d.reader.Lookup(addr.Unmap().WithZone(""))
	if err := result.Decode(&r); err != nil {
		return "", false, fmt.Errorf("look up %s in the database of places: %w", addr, err)
	}
	if !result.Found() {
		return "", false, nil
	}
	return r.json(), true, nil
}

func (r *record) json() string {
	var members []string
	add := func(name string, v types.Value) {
		members = append(members, string(types.AppendQuoted(nil, name))+":"+string(v.AppendJSON(nil)))
	}
	name := func(key, value string) {
		if value != "" {
			add(key, types.NewString(value))
		}
	}
	name("country", r.Country.Names[english])
	if len(r.Subdivisions) > 0 {
		name("state", r.Subdivisions[0].Names[english])
	}
	name("city", r.City.Names[english])
	if at := r.Location; at.Latitude != nil && at.Longitude != nil {
		add("latitude", types.NewReal(*at.Latitude))
		add("longitude", types.NewReal(*at.Longitude))
	}
	return "{" + strings.Join(members, ",") + "}"
}
