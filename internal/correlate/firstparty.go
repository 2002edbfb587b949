package correlate

import "strings"

// FirstParty tells whether id, in lower case, is of one of the applications
// that Microsoft puts into every tenant. Sharing one says nothing.
func FirstParty(id string) bool {
	if strings.HasSuffix(id, "-0000-0000-c000-000000000000") || strings.HasSuffix(id, "-0000-0ff1-ce00-000000000000") {
		return true // Microsoft Graph, Exchange Online, SharePoint Online and their like
	}
	switch id {
	case "04b07795-8ddb-461a-bbee-02f9e1bf7b46", // Azure CLI
		"1950a258-227b-4e31-a9cf-717495945fc2", // Azure PowerShell
		"14d82eec-204b-4c2f-b7e8-296a70dab67e", // Microsoft Graph Command Line Tools
		"1b730954-1685-4b74-9bfd-dac224a7b894", // Azure Active Directory PowerShell
		"1fec8e78-bce4-4aaf-ab1b-5451cc387264", // Teams
		"5e3ce6c0-2b1f-4285-8d4b-75ee78787346", // Teams web client
		"27922004-5251-4030-b22d-91ecd9a37ea4", // Outlook mobile
		"29d9ed98-a469-4536-ade2-f981bc1d605e", // Authentication broker
		"38aa3b87-a06d-4817-b275-7a316988d93b", // Windows sign-in
		"4765445b-32c6-49b0-83e6-1d93765276ca", // OfficeHome
		"4813382a-8fa7-425e-ab75-3b753aab3abb", // Authenticator
		"797f4846-ba00-4fd7-ba43-dac1f8f63013", // Azure Service Management
		"89bee1f7-5e6e-4d8a-9f3d-ecd601259da7", // Office365 Shell WCSS-Client
		"c44b4083-3bb0-49c1-b47d-974e53cbdf3c", // Azure Portal
		"cfa8b339-82a2-471a-a3c9-0fc0be7a4093", // Azure Key Vault
		"d3590ed6-52b3-4102-aeff-aad2292ab01c", // Office
		"de8bc8b5-d9f9-48b1-a8ad-b748da725064", // Graph Explorer
		"fb78d390-0c51-40cd-8e17-fdbfab77341b", // Exchange REST API PowerShell
		"9199bf20-a13f-4107-85dc-02114787ef48", // One Outlook Web
		"08e18876-6177-487e-b8b5-cf950c1e598c": // SharePoint Online Web Client Extensibility
		return true
	}
	return false
}
