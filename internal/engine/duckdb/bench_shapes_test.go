package duckdb

// A shape is a question as an investigator asks it, and as somebody who knows
// DuckDB well would write it over the same stored table.
type shape struct {
	name, kql, sql string
	ordered        bool // the order of the rows is part of the answer
	sets           bool // the order in a set is not
}

// benchShapes returns the questions. $T stands for the stored table.
func benchShapes() []shape {
	return []shape{
		{
			name: "count", kql: `SigninLogs | count`, sql: `SELECT count(*) FROM $T`,
		},
		{
			name: "filter project sort", ordered: true,
			kql: `SigninLogs | where ResultType == "50126" and AppDisplayName == "Azure Portal" | project TimeGenerated, UserPrincipalName, IPAddress, UserAgent | sort by TimeGenerated desc`,
			sql: `SELECT TimeGenerated, UserPrincipalName, IPAddress, UserAgent FROM $T WHERE ResultType = '50126' AND AppDisplayName = 'Azure Portal' ORDER BY TimeGenerated DESC`,
		},
		{
			name: "summarize by bin",
			kql:  `SigninLogs | summarize count() by UserPrincipalName, bin(TimeGenerated, 1d)`,
			sql:  `SELECT UserPrincipalName, TimeGenerated - TimeGenerated % 864000000000 AS t, count(*) FROM $T GROUP BY ALL`,
		},
		{
			name: "count by hour",
			kql:  `SigninLogs | where TimeGenerated > ago(7d) | summarize Total = count(), Failed = countif(ResultType != "0") by bin(TimeGenerated, 1h)`,
			sql:  `SELECT TimeGenerated - TimeGenerated % 36000000000 AS t, count(*), count(*) FILTER (ResultType <> '0') FROM $T WHERE TimeGenerated > 639048096000000000 GROUP BY t`,
		},
		{
			name: "dcount",
			kql:  `SigninLogs | summarize dcount(IPAddress) by UserPrincipalName`,
			sql:  `SELECT UserPrincipalName, count(DISTINCT IPAddress) FROM $T GROUP BY UserPrincipalName`,
		},
		{
			name: "make_set", sets: true,
			kql: `SigninLogs | summarize make_set(IPAddress) by UserPrincipalName`,
			sql: `SELECT UserPrincipalName, CAST(to_json(list(DISTINCT IPAddress)) AS VARCHAR) FROM $T GROUP BY UserPrincipalName`,
		},
		{
			name: "arg_max(*)",
			kql:  `SigninLogs | summarize arg_max(TimeGenerated, *) by UserPrincipalName`,
			sql:  `SELECT UserPrincipalName, TimeGenerated, * EXCLUDE (UserPrincipalName, TimeGenerated, "$file", "$record", "$tenant", "$key1", "$key2") FROM $T WHERE rowid IN (SELECT arg_max(rowid, TimeGenerated) FROM $T GROUP BY UserPrincipalName)`,
		},
		{
			name: "arg_max columns",
			kql:  `SigninLogs | where ResultType == "0" | summarize arg_max(TimeGenerated, IPAddress, AppDisplayName) by UserPrincipalName`,
			sql:  `SELECT UserPrincipalName, max(TimeGenerated), arg_max(IPAddress, TimeGenerated), arg_max(AppDisplayName, TimeGenerated) FROM $T WHERE ResultType = '0' GROUP BY UserPrincipalName`,
		},
		{
			name: "inner join",
			kql: `SigninLogs | where ResultType == "50126" | project UserPrincipalName, IPAddress, FailedAt = TimeGenerated
				| join kind=inner (SigninLogs | where ResultType == "0" | project UserPrincipalName, IPAddress, TimeGenerated) on UserPrincipalName, IPAddress
				| where TimeGenerated between (FailedAt .. 1h) | summarize Attempts = count() by UserPrincipalName`,
			sql: `SELECT f.UserPrincipalName, count(*) FROM $T f JOIN $T s ON f.UserPrincipalName = s.UserPrincipalName AND f.IPAddress = s.IPAddress
				WHERE f.ResultType = '50126' AND s.ResultType = '0' AND s.TimeGenerated BETWEEN f.TimeGenerated AND f.TimeGenerated + 36000000000 GROUP BY 1`,
		},
		{
			name: "innerunique join",
			kql: `SigninLogs | where ResultType == "53003" | join (SigninLogs | where ResultType == "0" | project UserPrincipalName, AppDisplayName) on UserPrincipalName
				| summarize count() by AppDisplayName1`,
			sql: `SELECT s.AppDisplayName, count(*) FROM (SELECT DISTINCT UserPrincipalName FROM $T WHERE ResultType = '53003') f JOIN $T s USING (UserPrincipalName) WHERE s.ResultType = '0' GROUP BY 1`,
		},
		{
			name: "leftanti join",
			kql:  `SigninLogs | where TimeGenerated > ago(1d) | join kind=leftanti (SigninLogs | where TimeGenerated <= ago(1d) | distinct IPAddress, UserPrincipalName) on IPAddress, UserPrincipalName | summarize count() by UserPrincipalName`,
			sql: `SELECT UserPrincipalName, count(*) FROM $T a WHERE TimeGenerated > 639053280000000000 AND NOT EXISTS
				(SELECT 1 FROM $T b WHERE TimeGenerated <= 639053280000000000 AND a.IPAddress = b.IPAddress AND a.UserPrincipalName = b.UserPrincipalName) GROUP BY 1`,
		},
		{
			name: "mv-expand",
			kql: `SigninLogs | mv-expand ConditionalAccessPolicies | where ConditionalAccessPolicies.result == "failure"
				| summarize count() by tostring(ConditionalAccessPolicies.displayName)`,
			sql: `SELECT p.displayName, count(*) FROM (SELECT unnest(from_json(ConditionalAccessPolicies, '[{"displayName":"VARCHAR","result":"VARCHAR"}]')) AS p FROM $T) WHERE p.result = 'failure' GROUP BY 1`,
		},
		{
			name: "mv-expand parse_json",
			kql: `SigninLogs | where TimeGenerated > ago(3d) | mv-expand a = parse_json(AuthenticationDetails) | where a.succeeded == false
				| summarize count() by Method = tostring(a.authenticationMethod)`,
			sql: `SELECT a.authenticationMethod, count(*) FROM (SELECT unnest(from_json(AuthenticationDetails, '[{"authenticationMethod":"VARCHAR","succeeded":"BOOLEAN"}]')) AS a
				FROM $T WHERE TimeGenerated > 639051552000000000) WHERE NOT a.succeeded GROUP BY 1`,
		},
		{
			name: "has",
			kql:  `SigninLogs | where AuthenticationDetails has "invalid" | summarize count() by AppDisplayName`,
			sql:  `SELECT AppDisplayName, count(*) FROM $T WHERE ` + sqlHas("AuthenticationDetails", "invalid") + ` GROUP BY 1`,
		},
		{
			name: "has on user agent",
			kql:  `SigninLogs | where UserAgent has "python" | summarize count() by AppDisplayName`,
			sql:  `SELECT AppDisplayName, count(*) FROM $T WHERE ` + sqlHas("UserAgent", "python") + ` GROUP BY 1`,
		},
		{
			name: "contains",
			kql:  `SigninLogs | where UserPrincipalName contains "USER123" | summarize count(), dcount(IPAddress) by AppDisplayName`,
			sql:  `SELECT AppDisplayName, count(*), count(DISTINCT IPAddress) FROM $T WHERE contains(lower(UserPrincipalName), 'user123') GROUP BY 1`,
		},
		{
			name: "has_any",
			kql:  `SigninLogs | where ResultDescription has_any ("locked", "blocked", "expired", "risky") | summarize count() by ResultType`,
			sql:  `SELECT ResultType, count(*) FROM $T WHERE regexp_matches(ResultDescription, '(?i)(^|[^\pL\pN])(locked|blocked|expired|risky)($|[^\pL\pN])') GROUP BY 1`,
		},
		{
			name: "parse",
			kql:  `SigninLogs | parse UserPrincipalName with User "@" Domain | summarize count() by User, Domain`,
			sql:  `SELECT split_part(UserPrincipalName, '@', 1), split_part(UserPrincipalName, '@', 2), count(*) FROM $T GROUP BY ALL`,
		},
		{
			name: "extract",
			kql:  `SigninLogs | extend Version = extract(@"Chrome/([0-9]+)", 1, UserAgent) | summarize count() by Version`,
			sql:  `SELECT regexp_extract(UserAgent, 'Chrome/([0-9]+)', 1) AS v, count(*) FROM $T GROUP BY v`,
		},
		{
			name: "make-series",
			kql:  `SigninLogs | make-series Total = count() default = 0 on TimeGenerated from datetime(2026-01-01) to datetime(2026-01-31) step 1d by UserPrincipalName`,
			sql: `WITH c AS (SELECT UserPrincipalName AS u, (TimeGenerated - 639028224000000000) // 864000000000 AS i, count(*) AS n FROM $T
				WHERE TimeGenerated >= 639028224000000000 AND TimeGenerated < 639054144000000000 GROUP BY ALL),
				k AS (SELECT u, unnest(range(30)) AS i FROM (SELECT DISTINCT u FROM c)),
				x AS (SELECT CAST(to_json(list(strftime(make_timestamp((639028224000000000 + i * 864000000000 - 621355968000000000) // 10), '%Y-%m-%dT%H:%M:%S.%f') || '0Z' ORDER BY i)) AS VARCHAR) AS axis FROM range(30) AS r(i))
				SELECT k.u, CAST(to_json(list(coalesce(n, 0) ORDER BY k.i)) AS VARCHAR), any_value(axis)
				FROM k LEFT JOIN c ON k.u = c.u AND k.i = c.i, x GROUP BY k.u`,
		},
		{
			name: "impossible travel",
			kql: `SigninLogs | where ResultType == "0" | extend Lat = toreal(LocationDetails.geoCoordinates.latitude), Lon = toreal(LocationDetails.geoCoordinates.longitude)
				| project UserPrincipalName, TimeGenerated, Lat, Lon | sort by UserPrincipalName asc, TimeGenerated asc
				| extend PrevUser = prev(UserPrincipalName), PrevTime = prev(TimeGenerated), PrevLat = prev(Lat), PrevLon = prev(Lon)
				| where UserPrincipalName == PrevUser | extend Km = geo_distance_2points(Lon, Lat, PrevLon, PrevLat) / 1000, Hours = (TimeGenerated - PrevTime) / 1h
				| where Km > 500 and Km / Hours > 900 | summarize count() by UserPrincipalName`,
			sql: `WITH p AS (SELECT UserPrincipalName, TimeGenerated, CAST($LAT AS DOUBLE) AS lat, CAST($LON AS DOUBLE) AS lon FROM $T WHERE ResultType = '0'),
				w AS (SELECT *, lag(TimeGenerated) OVER u AS pt, lag(lat) OVER u AS plat, lag(lon) OVER u AS plon FROM p WINDOW u AS (PARTITION BY UserPrincipalName ORDER BY TimeGenerated)),
				d AS (SELECT *, 2 * 6371.010 * asin(sqrt(least(1, pow(sin(radians(lat - plat) / 2), 2) + cos(radians(lat)) * cos(radians(plat)) * pow(sin(radians(lon - plon) / 2), 2)))) AS km FROM w WHERE pt IS NOT NULL)
				SELECT UserPrincipalName, count(*) FROM d WHERE km > 500 AND km / ((TimeGenerated - pt) / 36e9) > 900 GROUP BY 1`,
		},
		{
			name: "top", ordered: true,
			kql: `SigninLogs | where ResultType != "0" | top 100 by TimeGenerated desc`,
			sql: `SELECT * EXCLUDE ("$file", "$record", "$tenant", "$key1", "$key2") FROM $T WHERE ResultType <> '0' ORDER BY TimeGenerated DESC LIMIT 100`,
		},
		{
			name: "countif by keys",
			kql: `SigninLogs | summarize Ok = countif(ResultType == "0"), Bad = countif(ResultType != "0"), Locked = countif(ResultType == "50053"), First = min(TimeGenerated), Last = max(TimeGenerated)
				by UserPrincipalName, AppDisplayName, ClientAppUsed`,
			sql: `SELECT UserPrincipalName, AppDisplayName, ClientAppUsed, count(*) FILTER (ResultType = '0'), count(*) FILTER (ResultType <> '0'), count(*) FILTER (ResultType = '50053'),
				min(TimeGenerated), max(TimeGenerated) FROM $T GROUP BY ALL`,
		},
		{
			name: "path filter",
			kql:  `SigninLogs | where LocationDetails.countryOrRegion == "NG" | summarize count() by UserPrincipalName`,
			sql:  `SELECT UserPrincipalName, count(*) FROM $T WHERE $COUNTRY = 'NG' GROUP BY 1`,
		},
		{
			name: "path group",
			kql:  `SigninLogs | summarize count() by Country = tostring(LocationDetails.countryOrRegion), System = tostring(DeviceDetail.operatingSystem)`,
			sql:  `SELECT $COUNTRY, $SYSTEM, count(*) FROM $T GROUP BY ALL`,
		},
		{
			name: "path number",
			kql:  `SigninLogs | where toint(Status.errorCode) != 0 | summarize count() by tostring(Status.failureReason), tostring(DeviceDetail.deviceId)`,
			sql:  `SELECT $REASON, coalesce($DEVICE, ''), count(*) FROM $T WHERE CAST($CODE AS INTEGER) <> 0 GROUP BY ALL`,
		},
		{
			name: "search",
			kql:  `SigninLogs | search "python-requests" | summarize count() by AppDisplayName`,
			sql:  `SELECT AppDisplayName, count(*) FROM $T WHERE $SEARCH GROUP BY 1`,
		},
		{
			name: "percentiles",
			kql:  `SigninLogs | summarize percentiles(DurationMs, 50, 95, 99), avg(DurationMs) by AppDisplayName`,
			sql:  `SELECT AppDisplayName, quantile_disc(DurationMs, 0.5), quantile_disc(DurationMs, 0.95), quantile_disc(DurationMs, 0.99), avg(DurationMs) FROM $T GROUP BY 1`,
		},
		{
			name: "distinct",
			kql:  `SigninLogs | distinct UserPrincipalName, IPAddress | summarize Addresses = count() by UserPrincipalName | where Addresses > 15`,
			sql:  `SELECT UserPrincipalName, count(*) AS n FROM (SELECT DISTINCT UserPrincipalName, IPAddress FROM $T) GROUP BY 1 HAVING n > 15`,
		},
		{
			name: "in~",
			kql:  `SigninLogs | where AppDisplayName in~ ("azure portal", "microsoft azure cli") and ClientAppUsed =~ "browser" | summarize count() by Location`,
			sql:  `SELECT Location, count(*) FROM $T WHERE lower(AppDisplayName) IN ('azure portal', 'microsoft azure cli') AND lower(ClientAppUsed) = 'browser' GROUP BY 1`,
		},
	}
}
