package respond

import (
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
)

// firstPartyIDs are applications of Microsoft's that sign-in logs name most.
// The list is not complete: an application that is not in it may still be
// Microsoft's, and a step asks for that to be checked.
var firstPartyIDs = []string{
	"00000002-0000-0000-c000-000000000000", // Windows Azure Active Directory
	"00000002-0000-0ff1-ce00-000000000000", // Office 365 Exchange Online
	"00000003-0000-0000-c000-000000000000", // Microsoft Graph
	"00000003-0000-0ff1-ce00-000000000000", // Office 365 SharePoint Online
	"04b07795-8ddb-461a-bbee-02f9e1bf7b46", // Microsoft Azure CLI
	"14d82eec-204b-4c2f-b7e8-296a70dab67e", // Microsoft Graph Command Line Tools
	"1950a258-227b-4e31-a9cf-717495945fc2", // Microsoft Azure PowerShell
	"1b730954-1685-4b74-9bfd-dac224a7b894", // Azure Active Directory PowerShell
	"1fec8e78-bce4-4aaf-ab1b-5451cc387264", // Microsoft Teams
	"27922004-5251-4030-b22d-91ecd9a37ea4", // Outlook Mobile
	"29d9ed98-a469-4536-ade2-f981bc1d605e", // Microsoft Authentication Broker
	"797f4846-ba00-4fd7-ba43-dac1f8f63013", // Windows Azure Service Management API
	"a0c73c16-a7e3-4564-9a95-2bdf47383716", // Microsoft Exchange REST API Based PowerShell
	"ab9b8c07-8f02-4f72-87fa-80105867a763", // OneDrive SyncEngine
	"c44b4083-3bb0-49c1-b47d-974e53cbdf3c", // Azure Portal
	"cfa8b339-82a2-471a-a3c9-0fc0be7a4093", // Azure Key Vault
	"d3590ed6-52b3-4102-aeff-aad2292ab01c", // Microsoft Office
}

func firstParty(e incident.Entity) bool {
	return slices.Contains(firstPartyIDs, strings.ToLower(e.Identifier("AppId")))
}
