package condaccess

import (
	"slices"
	"strings"
)

// deviceAttribute tells whether the filter language has device.name.
func deviceAttribute(name string) bool {
	if number, ok := strings.CutPrefix(name, extensionPrefix); ok {
		return slices.Contains([]string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15"}, number)
	}
	switch name {
	case "deviceid", "displayname", "deviceownership", "enrollmentprofilename", "iscompliant", "manufacturer", "mdmappid", "model",
		"operatingsystem", "operatingsystemversion", "physicalids", "profiletype", "systemlabels", "trusttype":
		return true
	}
	return false
}

const extensionPrefix = "extensionattribute"

// A lookup returns an attribute's values. None and Yes is null; Unsure says
// that the attribute is not known.
type lookup func(attribute string) (values []string, known Truth)

// match evaluates a rule over attributes. A null attribute fails every
// positive operator and meets every negative one.
func match(e Expr, get lookup) Truth {
	switch e := e.(type) {
	case *AndExpr:
		return match(e.X, get).And(match(e.Y, get))
	case *OrExpr:
		return match(e.X, get).Or(match(e.Y, get))
	case *NotExpr:
		return match(e.X, get).Not()
	case *CompareExpr:
		return compare(e, get)
	}
	panic(e)
}

func compare(e *CompareExpr, get lookup) Truth {
	values, known := get(e.Attribute)
	op, negated := e.Op.positive()
	switch known {
	case No: // the value is not shown: see Device.lookup
		if negated {
			return Unsure
		}
		return No
	case Unsure:
		return Unsure
	case Yes:
	}
	result := truth(e.Null && len(values) == 0 || slices.ContainsFunc(values, func(v string) bool { return e.holds(op, v) }))
	if negated {
		return result.Not()
	}
	return result
}

// holds tells whether one value of the attribute meets one of the rule's.
func (e *CompareExpr) holds(op FilterOp, value string) bool {
	return slices.ContainsFunc(e.Values, func(want string) bool {
		if op == OpContains && collection(e.Attribute) {
			return strings.EqualFold(value, want) // whole elements, not parts of them
		}
		return holds(op, e.Attribute, value, want)
	})
}

func holds(op FilterOp, attribute, value, want string) bool {
	switch op {
	case OpEq, OpIn:
		if attribute == "trusttype" {
			value, want = trustType(value), trustType(want)
		}
		return strings.EqualFold(value, want)
	case OpStartsWith:
		return strings.HasPrefix(strings.ToLower(value), strings.ToLower(want))
	case OpEndsWith:
		return strings.HasSuffix(strings.ToLower(value), strings.ToLower(want))
	case OpContains:
		return strings.Contains(strings.ToLower(value), strings.ToLower(want))
	case OpNe, OpNotStartsWith, OpNotEndsWith, OpNotContains, OpNotIn:
	}
	panic(op)
}

func collection(attribute string) bool {
	return attribute == "physicalids" || attribute == "systemlabels"
}

// trustType returns the filter's word for how a device is joined, of which
// sign-in logs, portals and APIs each have their own.
func trustType(s string) string {
	switch strings.ToLower(strings.ReplaceAll(s, " ", "")) {
	case "azuread", "azureadjoined", "microsoftentrajoined", "entrajoined":
		return "AzureAD"
	case "serverad", "hybridazureadjoined", "microsoftentrahybridjoined", "entrahybridjoined":
		return "ServerAD"
	case "workplace", "azureadregistered", "microsoftentraregistered", "entraregistered":
		return "Workplace"
	}
	return s
}
