// Package activity holds what the logs say that somebody did, whichever of
// them says it: a row of the view Activities, as data and as a sentence for
// people. What each log calls things is in the view, not here.
package activity

import (
	"fmt"
	"time"

	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/kql/types"
)

// An Activity is one thing that somebody did, or that was seen of somebody. Any
// text may be empty: the log does not say.
type Activity struct {
	Time      time.Time `json:"time"`
	Source    string    `json:"source"` // the table
	Action    string    `json:"action"` // in the log's own words
	Result    Result    `json:"result"`
	Reason    string    `json:"reason,omitempty"` // of what did not succeed
	Actor     string    `json:"actor,omitempty"`  // a user principal name, an application's name
	ActorID   string    `json:"actorId,omitempty"`
	ActorType string    `json:"actorType,omitempty"` // User, Application, Product
	IPAddress string    `json:"ipAddress,omitempty"`
	Network   string    `json:"network,omitempty"` // the address; the first 64 bits of IPv6
	Country   string    `json:"country,omitempty"`
	City      string    `json:"city,omitempty"`
	System    string    `json:"autonomousSystem,omitempty"`
	UserAgent string    `json:"userAgent,omitempty"`
	Device    string    `json:"device,omitempty"`
	DeviceID  string    `json:"deviceId,omitempty"`
	App       string    `json:"app,omitempty"`
	AppID     string    `json:"appId,omitempty"`
	Target    string    `json:"target,omitempty"`
	TargetID  string    `json:"targetId,omitempty"`
	TokenID   string    `json:"tokenId,omitempty"`
	SessionID string    `json:"sessionId,omitempty"`
	RequestID string    `json:"requestId,omitempty"`
	Detail    string    `json:"detail,omitempty"`
	// Tenant is whose record says so, where several tenants are told.
	Tenant string `json:"tenant,omitempty"`
	// Origin is the record that says so.
	Origin evidence.Origin `json:"origin"`
}

// A Result is how an activity ended.
type Result string

// The results. An interrupted sign-in asked for more, and is neither.
const (
	Success     Result = "success"
	Failure     Result = "failure"
	Interrupted Result = "interrupted"
	Unknown     Result = "unknown"
)

// Done is true, in KQL, of what was done or may have been: the log does not say
// that it did not succeed.
const Done = `Result in ("success", "unknown")`

// View is the view whose rows are activities, of the vocabulary of that name.
const View = "Activities"

// Project is what a query over View ends in so that From reads its rows.
const Project = "project TimeGenerated, Source, Action, Result, Reason, Actor, ActorId, ActorType, IPAddress, Network, Country, City, AutonomousSystem, " +
	"UserAgent, Device, DeviceId, App, AppId, Target, TargetId, TokenId, SessionId, RequestId, Detail"

// From reads a row in the order of Project. The origin is left for the caller.
func From(row []types.Value) (Activity, error) {
	var a Activity
	result := ""
	texts := []*string{
		&a.Source, &a.Action, &result, &a.Reason, &a.Actor, &a.ActorID, &a.ActorType, &a.IPAddress, &a.Network, &a.Country, &a.City, &a.System,
		&a.UserAgent, &a.Device, &a.DeviceID, &a.App, &a.AppID, &a.Target, &a.TargetID, &a.TokenID, &a.SessionID, &a.RequestID, &a.Detail,
	}
	if len(row) < 1+len(texts) || row[0].Type != types.DateTime {
		return Activity{}, fmt.Errorf("a row of %s has %d columns, want %d that begin with a time", View, len(row), 1+len(texts))
	}
	if row[0].Valid {
		a.Time = types.TimeOf(row[0].Int)
	}
	for i, text := range texts {
		*text = row[1+i].Text
	}
	a.Result = Result(result)
	return a, nil
}
