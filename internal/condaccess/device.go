package condaccess

import "strings"

// Compliant tells whether the device is marked as compliant.
func (d *Device) Compliant() Truth { return d.is("iscompliant", "true") }

// Hybrid tells whether the device is joined to an Active Directory too.
func (d *Device) Hybrid() Truth {
	if d.Registered == No {
		return No
	}
	values, ok := d.Attributes["trusttype"]
	if !ok {
		return Unsure
	}
	return truth(len(values) == 1 && trustType(values[0]) == "ServerAD")
}

func (d *Device) is(attribute, value string) Truth {
	if d.Registered == No {
		return No
	}
	values, ok := d.Attributes[attribute]
	if !ok {
		return Unsure
	}
	return truth(len(values) == 1 && strings.EqualFold(values[0], value))
}

// lookup returns an attribute for a filter. Extension attributes are only shown
// of devices that are managed, compliant or hybrid; of others known is No.
func (d *Device) lookup(attribute string, complete bool) (values []string, known Truth) {
	if d.Registered == No {
		return nil, Yes
	}
	values, ok := d.Attributes[attribute]
	if !ok && (!complete || !d.Described) {
		return nil, Unsure
	}
	if strings.HasPrefix(attribute, extensionPrefix) {
		return values, d.Managed.Or(d.Compliant()).Or(d.Hybrid())
	}
	return values, Yes
}
