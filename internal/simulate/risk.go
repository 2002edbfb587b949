package simulate

import "slices"

// A detection is one risk detection of Identity Protection.
type detection struct {
	at          instant // of the activity
	detected    instant
	id          guid
	user        *user
	event       string // riskEventType
	level       string
	state       string
	detail      string
	timing      string   // realtime or offline
	request     guid     // the sign-in, if there is one
	correlation guid     // of the sign-in
	net         *network // nil: not about a place
	agent       string
}

// when is the time of detection: that is the order of the export.
func (r *detection) when() instant { return r.detected }

func (r *detection) write(x *exports) {
	if !x.wants(RiskDetections) {
		return
	}
	o := object{b: x.buf[:0]}
	o.open().id("id", r.id)
	if r.request == (guid{}) {
		o.raw("requestId", "null").raw("correlationId", "null")
	} else {
		o.id("requestId", r.request).id("correlationId", r.correlation)
	}
	o.text("riskType", r.event).text("riskEventType", r.event).text("riskState", r.state).text("riskLevel", r.level).text("riskDetail", orNone(r.detail))
	o.text("source", "IdentityProtection").text("detectionTimingType", r.timing).text("activity", "signin").text("tokenIssuerType", "AzureAD")
	r.place(&o)
	for _, t := range []struct {
		name string
		at   instant
	}{{"activityDateTime", r.at}, {"detectedDateTime", r.detected}, {"lastUpdatedDateTime", r.detected + minute}} {
		o.key(t.name)
		o.b = append(x.calendar.ticks(append(o.b, '"'), t.at), "Z\""...)
	}
	o.id("userId", r.user.id).text("userDisplayName", r.user.name).text("userPrincipalName", r.user.upn)
	o.text("additionalInfo", `[{"Key":"userAgent","Value":`+quote(r.agent)+`}]`).close()
	x.buf = o.b
	x.keep(x.detections.add(x.buf))
}

func (r *detection) place(o *object) {
	if r.net == nil {
		o.raw("ipAddress", "null").raw("location", "null")
		return
	}
	o.text("ipAddress", r.net.ip).location(r.net.place)
}

// A verdict is what Identity Protection says of a person at the end.
type verdict struct {
	at     instant
	user   *user
	level  string
	state  string
	detail string
}

// writeVerdicts writes the risky users, who are a state and not a log.
func writeVerdicts(x *exports, list []verdict) {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b verdict) int { return a.user.index - b.user.index })
	for _, v := range list {
		if !x.wants(RiskyUsers) {
			return
		}
		o := object{b: x.buf[:0]}
		o.open().id("id", v.user.id).truth("isDeleted", false).truth("isProcessing", false).text("riskLevel", v.level).text("riskState", v.state)
		o.text("riskDetail", orNone(v.detail)).key("riskLastUpdatedDateTime")
		o.b = append(x.calendar.ticks(append(o.b, '"'), v.at), "Z\""...)
		o.text("userDisplayName", v.user.name).text("userPrincipalName", v.user.upn).close()
		x.buf = o.b
		x.keep(x.riskyUsers.add(x.buf))
	}
}
