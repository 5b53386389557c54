// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package wbxml

// The tokens of the 26 code pages, [MS-ASWBXML] 2.1.2.1, with the retired ones of protocol 2.5, which that
// document no longer lists. A comment behind a token gives the versions that know it, when not all do.

// Code page 0, AirSync.
const (
	AirSyncSync              Tag = 0x0005
	AirSyncResponses         Tag = 0x0006
	AirSyncAdd               Tag = 0x0007
	AirSyncChange            Tag = 0x0008
	AirSyncDelete            Tag = 0x0009
	AirSyncFetch             Tag = 0x000A
	AirSyncSyncKey           Tag = 0x000B
	AirSyncClientId          Tag = 0x000C
	AirSyncServerId          Tag = 0x000D
	AirSyncStatus            Tag = 0x000E
	AirSyncCollection        Tag = 0x000F
	AirSyncClass             Tag = 0x0010
	AirSyncVersion           Tag = 0x0011 // retired
	AirSyncCollectionId      Tag = 0x0012
	AirSyncGetChanges        Tag = 0x0013
	AirSyncMoreAvailable     Tag = 0x0014
	AirSyncWindowSize        Tag = 0x0015
	AirSyncCommands          Tag = 0x0016
	AirSyncOptions           Tag = 0x0017
	AirSyncFilterType        Tag = 0x0018
	AirSyncTruncation        Tag = 0x0019 // retired
	AirSyncRTFTruncation     Tag = 0x001A // retired
	AirSyncConflict          Tag = 0x001B
	AirSyncCollections       Tag = 0x001C
	AirSyncApplicationData   Tag = 0x001D
	AirSyncDeletesAsMoves    Tag = 0x001E
	AirSyncNotifyGUID        Tag = 0x001F // retired
	AirSyncSupported         Tag = 0x0020
	AirSyncSoftDelete        Tag = 0x0021
	AirSyncMIMESupport       Tag = 0x0022
	AirSyncMIMETruncation    Tag = 0x0023
	AirSyncWait              Tag = 0x0024 // 12.1+
	AirSyncLimit             Tag = 0x0025 // 12.1+
	AirSyncPartial           Tag = 0x0026 // 12.1+
	AirSyncConversationMode  Tag = 0x0027 // 14.0+
	AirSyncMaxItems          Tag = 0x0028 // 14.0+
	AirSyncHeartbeatInterval Tag = 0x0029 // 14.0+
)

// Code page 1, Contacts.
const (
	ContactsAnniversary               Tag = 0x0105
	ContactsAssistantName             Tag = 0x0106
	ContactsAssistantPhoneNumber      Tag = 0x0107
	ContactsBirthday                  Tag = 0x0108
	ContactsBody                      Tag = 0x0109 // retired
	ContactsBodySize                  Tag = 0x010A // retired
	ContactsBodyTruncated             Tag = 0x010B // retired
	ContactsBusiness2PhoneNumber      Tag = 0x010C
	ContactsBusinessAddressCity       Tag = 0x010D
	ContactsBusinessAddressCountry    Tag = 0x010E
	ContactsBusinessAddressPostalCode Tag = 0x010F
	ContactsBusinessAddressState      Tag = 0x0110
	ContactsBusinessAddressStreet     Tag = 0x0111
	ContactsBusinessFaxNumber         Tag = 0x0112
	ContactsBusinessPhoneNumber       Tag = 0x0113
	ContactsCarPhoneNumber            Tag = 0x0114
	ContactsCategories                Tag = 0x0115
	ContactsCategory                  Tag = 0x0116
	ContactsChildren                  Tag = 0x0117
	ContactsChild                     Tag = 0x0118
	ContactsCompanyName               Tag = 0x0119
	ContactsDepartment                Tag = 0x011A
	ContactsEmail1Address             Tag = 0x011B
	ContactsEmail2Address             Tag = 0x011C
	ContactsEmail3Address             Tag = 0x011D
	ContactsFileAs                    Tag = 0x011E
	ContactsFirstName                 Tag = 0x011F
	ContactsHome2PhoneNumber          Tag = 0x0120
	ContactsHomeAddressCity           Tag = 0x0121
	ContactsHomeAddressCountry        Tag = 0x0122
	ContactsHomeAddressPostalCode     Tag = 0x0123
	ContactsHomeAddressState          Tag = 0x0124
	ContactsHomeAddressStreet         Tag = 0x0125
	ContactsHomeFaxNumber             Tag = 0x0126
	ContactsHomePhoneNumber           Tag = 0x0127
	ContactsJobTitle                  Tag = 0x0128
	ContactsLastName                  Tag = 0x0129
	ContactsMiddleName                Tag = 0x012A
	ContactsMobilePhoneNumber         Tag = 0x012B
	ContactsOfficeLocation            Tag = 0x012C
	ContactsOtherAddressCity          Tag = 0x012D
	ContactsOtherAddressCountry       Tag = 0x012E
	ContactsOtherAddressPostalCode    Tag = 0x012F
	ContactsOtherAddressState         Tag = 0x0130
	ContactsOtherAddressStreet        Tag = 0x0131
	ContactsPagerNumber               Tag = 0x0132
	ContactsRadioPhoneNumber          Tag = 0x0133
	ContactsSpouse                    Tag = 0x0134
	ContactsSuffix                    Tag = 0x0135
	ContactsTitle                     Tag = 0x0136
	ContactsWebPage                   Tag = 0x0137
	ContactsYomiCompanyName           Tag = 0x0138
	ContactsYomiFirstName             Tag = 0x0139
	ContactsYomiLastName              Tag = 0x013A
	ContactsCompressedRTF             Tag = 0x013B // retired
	ContactsPicture                   Tag = 0x013C
	ContactsAlias                     Tag = 0x013D // 14.0+
	ContactsWeightedRank              Tag = 0x013E // 14.0+
)

// Code page 2, Email.
const (
	EmailAttachment              Tag = 0x0205 // retired
	EmailAttachments             Tag = 0x0206 // retired
	EmailAttName                 Tag = 0x0207 // retired
	EmailAttSize                 Tag = 0x0208 // retired
	EmailAtt0Id                  Tag = 0x0209 // retired
	EmailAttMethod               Tag = 0x020A // retired
	EmailAttRemoved              Tag = 0x020B // retired
	EmailBody                    Tag = 0x020C // retired
	EmailBodySize                Tag = 0x020D // retired
	EmailBodyTruncated           Tag = 0x020E // retired
	EmailDateReceived            Tag = 0x020F
	EmailDisplayName             Tag = 0x0210 // retired
	EmailDisplayTo               Tag = 0x0211
	EmailImportance              Tag = 0x0212
	EmailMessageClass            Tag = 0x0213
	EmailSubject                 Tag = 0x0214
	EmailRead                    Tag = 0x0215
	EmailTo                      Tag = 0x0216
	EmailCc                      Tag = 0x0217
	EmailFrom                    Tag = 0x0218
	EmailReplyTo                 Tag = 0x0219
	EmailAllDayEvent             Tag = 0x021A
	EmailCategories              Tag = 0x021B // 14.0+
	EmailCategory                Tag = 0x021C // 14.0+
	EmailDtStamp                 Tag = 0x021D
	EmailEndTime                 Tag = 0x021E
	EmailInstanceType            Tag = 0x021F
	EmailBusyStatus              Tag = 0x0220
	EmailLocation                Tag = 0x0221 // 2.5 to 14.1
	EmailMeetingRequest          Tag = 0x0222
	EmailOrganizer               Tag = 0x0223
	EmailRecurrenceId            Tag = 0x0224
	EmailReminder                Tag = 0x0225
	EmailResponseRequested       Tag = 0x0226
	EmailRecurrences             Tag = 0x0227
	EmailRecurrence              Tag = 0x0228
	EmailType                    Tag = 0x0229
	EmailUntil                   Tag = 0x022A
	EmailOccurrences             Tag = 0x022B
	EmailInterval                Tag = 0x022C
	EmailDayOfWeek               Tag = 0x022D
	EmailDayOfMonth              Tag = 0x022E
	EmailWeekOfMonth             Tag = 0x022F
	EmailMonthOfYear             Tag = 0x0230
	EmailStartTime               Tag = 0x0231
	EmailSensitivity             Tag = 0x0232
	EmailTimeZone                Tag = 0x0233
	EmailGlobalObjId             Tag = 0x0234 // 2.5 to 14.1
	EmailThreadTopic             Tag = 0x0235
	EmailMIMEData                Tag = 0x0236 // retired
	EmailMIMETruncated           Tag = 0x0237 // retired
	EmailMIMESize                Tag = 0x0238 // retired
	EmailInternetCPID            Tag = 0x0239
	EmailFlag                    Tag = 0x023A // 12.0+
	EmailStatus                  Tag = 0x023B // 12.0+
	EmailContentClass            Tag = 0x023C // 12.0+
	EmailFlagType                Tag = 0x023D // 12.0+
	EmailCompleteTime            Tag = 0x023E // 12.0+
	EmailDisallowNewTimeProposal Tag = 0x023F // 14.0+
)

// Code page 3, AirNotify.
const (
	AirNotifyNotify               Tag = 0x0305 // retired
	AirNotifyNotification         Tag = 0x0306 // retired
	AirNotifyVersion              Tag = 0x0307 // retired
	AirNotifyLifeTime             Tag = 0x0308 // retired
	AirNotifyDeviceInfo           Tag = 0x0309 // retired
	AirNotifyEnable               Tag = 0x030A // retired
	AirNotifyFolder               Tag = 0x030B // retired
	AirNotifyServerId             Tag = 0x030C // retired
	AirNotifyDeviceAddress        Tag = 0x030D // retired
	AirNotifyValidCarrierProfiles Tag = 0x030E // retired
	AirNotifyCarrierProfile       Tag = 0x030F // retired
	AirNotifyStatus               Tag = 0x0310 // retired
	AirNotifyResponses            Tag = 0x0311 // retired
	AirNotifyDevices              Tag = 0x0312 // retired
	AirNotifyDevice               Tag = 0x0313 // retired
	AirNotifyId                   Tag = 0x0314 // retired
	AirNotifyExpiry               Tag = 0x0315 // retired
	AirNotifyNotifyGUID           Tag = 0x0316 // retired
	AirNotifyDeviceFriendlyName   Tag = 0x0317 // retired
)

// Code page 4, Calendar.
const (
	CalendarTimezone                  Tag = 0x0405
	CalendarAllDayEvent               Tag = 0x0406
	CalendarAttendees                 Tag = 0x0407
	CalendarAttendee                  Tag = 0x0408
	CalendarEmail                     Tag = 0x0409
	CalendarName                      Tag = 0x040A
	CalendarBody                      Tag = 0x040B // retired
	CalendarBodyTruncated             Tag = 0x040C // retired
	CalendarBusyStatus                Tag = 0x040D
	CalendarCategories                Tag = 0x040E
	CalendarCategory                  Tag = 0x040F
	CalendarCompressedRTF             Tag = 0x0410 // retired
	CalendarDtStamp                   Tag = 0x0411
	CalendarEndTime                   Tag = 0x0412
	CalendarException                 Tag = 0x0413
	CalendarExceptions                Tag = 0x0414
	CalendarDeleted                   Tag = 0x0415
	CalendarExceptionStartTime        Tag = 0x0416 // 2.5 to 14.1
	CalendarLocation                  Tag = 0x0417 // 2.5 to 14.1
	CalendarMeetingStatus             Tag = 0x0418
	CalendarOrganizerEmail            Tag = 0x0419
	CalendarOrganizerName             Tag = 0x041A
	CalendarRecurrence                Tag = 0x041B
	CalendarType                      Tag = 0x041C
	CalendarUntil                     Tag = 0x041D
	CalendarOccurrences               Tag = 0x041E
	CalendarInterval                  Tag = 0x041F
	CalendarDayOfWeek                 Tag = 0x0420
	CalendarDayOfMonth                Tag = 0x0421
	CalendarWeekOfMonth               Tag = 0x0422
	CalendarMonthOfYear               Tag = 0x0423
	CalendarReminder                  Tag = 0x0424
	CalendarSensitivity               Tag = 0x0425
	CalendarSubject                   Tag = 0x0426
	CalendarStartTime                 Tag = 0x0427
	CalendarUID                       Tag = 0x0428
	CalendarAttendeeStatus            Tag = 0x0429 // 12.0+
	CalendarAttendeeType              Tag = 0x042A // 12.0+
	CalendarAttachment                Tag = 0x042B // retired
	CalendarAttachments               Tag = 0x042C // retired
	CalendarAttName                   Tag = 0x042D // retired
	CalendarAttSize                   Tag = 0x042E // retired
	CalendarAttOid                    Tag = 0x042F // retired
	CalendarAttMethod                 Tag = 0x0430 // retired
	CalendarAttRemoved                Tag = 0x0431 // retired
	CalendarDisplayName               Tag = 0x0432 // retired
	CalendarDisallowNewTimeProposal   Tag = 0x0433 // 14.0+
	CalendarResponseRequested         Tag = 0x0434 // 14.0+
	CalendarAppointmentReplyTime      Tag = 0x0435 // 14.0+
	CalendarResponseType              Tag = 0x0436 // 14.0+
	CalendarCalendarType              Tag = 0x0437 // 14.0+
	CalendarIsLeapMonth               Tag = 0x0438 // 14.0+
	CalendarFirstDayOfWeek            Tag = 0x0439 // 14.1+
	CalendarOnlineMeetingConfLink     Tag = 0x043A // 14.1+
	CalendarOnlineMeetingExternalLink Tag = 0x043B // 14.1+
	CalendarClientUid                 Tag = 0x043C // 16.0+
)

// Code page 5, Move.
const (
	MoveMoveItems Tag = 0x0505
	MoveMove      Tag = 0x0506
	MoveSrcMsgId  Tag = 0x0507
	MoveSrcFldId  Tag = 0x0508
	MoveDstFldId  Tag = 0x0509
	MoveResponse  Tag = 0x050A
	MoveStatus    Tag = 0x050B
	MoveDstMsgId  Tag = 0x050C
)

// Code page 6, GetItemEstimate.
const (
	GetItemEstimateGetItemEstimate Tag = 0x0605
	GetItemEstimateVersion         Tag = 0x0606 // retired
	GetItemEstimateCollections     Tag = 0x0607
	GetItemEstimateCollection      Tag = 0x0608
	GetItemEstimateClass           Tag = 0x0609 // 2.5 to 12.1
	GetItemEstimateCollectionId    Tag = 0x060A
	GetItemEstimateDateTime        Tag = 0x060B // retired
	GetItemEstimateEstimate        Tag = 0x060C
	GetItemEstimateResponse        Tag = 0x060D
	GetItemEstimateStatus          Tag = 0x060E
)

// Code page 7, FolderHierarchy.
const (
	FolderHierarchyFolders      Tag = 0x0705 // 2.5 to 12.1
	FolderHierarchyFolder       Tag = 0x0706 // 2.5 to 12.1
	FolderHierarchyDisplayName  Tag = 0x0707
	FolderHierarchyServerId     Tag = 0x0708
	FolderHierarchyParentId     Tag = 0x0709
	FolderHierarchyType         Tag = 0x070A
	FolderHierarchyResponse     Tag = 0x070B // retired
	FolderHierarchyStatus       Tag = 0x070C
	FolderHierarchyContentClass Tag = 0x070D // retired
	FolderHierarchyChanges      Tag = 0x070E
	FolderHierarchyAdd          Tag = 0x070F
	FolderHierarchyDelete       Tag = 0x0710
	FolderHierarchyUpdate       Tag = 0x0711
	FolderHierarchySyncKey      Tag = 0x0712
	FolderHierarchyFolderCreate Tag = 0x0713
	FolderHierarchyFolderDelete Tag = 0x0714
	FolderHierarchyFolderUpdate Tag = 0x0715
	FolderHierarchyFolderSync   Tag = 0x0716
	FolderHierarchyCount        Tag = 0x0717
	FolderHierarchyVersion      Tag = 0x0718 // retired
)

// Code page 8, MeetingResponse.
const (
	MeetingResponseCalendarId        Tag = 0x0805
	MeetingResponseCollectionId      Tag = 0x0806
	MeetingResponseMeetingResponse   Tag = 0x0807
	MeetingResponseRequestId         Tag = 0x0808
	MeetingResponseRequest           Tag = 0x0809
	MeetingResponseResult            Tag = 0x080A
	MeetingResponseStatus            Tag = 0x080B
	MeetingResponseUserResponse      Tag = 0x080C
	MeetingResponseVersion           Tag = 0x080D // retired
	MeetingResponseInstanceId        Tag = 0x080E // 14.1+
	MeetingResponseProposedStartTime Tag = 0x0810 // 16.1
	MeetingResponseProposedEndTime   Tag = 0x0811 // 16.1
	MeetingResponseSendResponse      Tag = 0x0812 // 16.0+
)

// Code page 9, Tasks.
const (
	TasksBody           Tag = 0x0905 // retired
	TasksBodySize       Tag = 0x0906 // retired
	TasksBodyTruncated  Tag = 0x0907 // retired
	TasksCategories     Tag = 0x0908
	TasksCategory       Tag = 0x0909
	TasksComplete       Tag = 0x090A
	TasksDateCompleted  Tag = 0x090B
	TasksDueDate        Tag = 0x090C
	TasksUtcDueDate     Tag = 0x090D
	TasksImportance     Tag = 0x090E
	TasksRecurrence     Tag = 0x090F
	TasksType           Tag = 0x0910
	TasksStart          Tag = 0x0911
	TasksUntil          Tag = 0x0912
	TasksOccurrences    Tag = 0x0913
	TasksInterval       Tag = 0x0914
	TasksDayOfMonth     Tag = 0x0915
	TasksDayOfWeek      Tag = 0x0916
	TasksWeekOfMonth    Tag = 0x0917
	TasksMonthOfYear    Tag = 0x0918
	TasksRegenerate     Tag = 0x0919
	TasksDeadOccur      Tag = 0x091A
	TasksReminderSet    Tag = 0x091B
	TasksReminderTime   Tag = 0x091C
	TasksSensitivity    Tag = 0x091D
	TasksStartDate      Tag = 0x091E
	TasksUtcStartDate   Tag = 0x091F
	TasksSubject        Tag = 0x0920
	TasksCompressedRTF  Tag = 0x0921 // retired
	TasksOrdinalDate    Tag = 0x0922 // 12.0+
	TasksSubOrdinalDate Tag = 0x0923 // 12.0+
	TasksCalendarType   Tag = 0x0924 // 14.0+
	TasksIsLeapMonth    Tag = 0x0925 // 14.0+
	TasksFirstDayOfWeek Tag = 0x0926 // 14.1+
)

// Code page 10, ResolveRecipients.
const (
	ResolveRecipientsResolveRecipients      Tag = 0x0A05
	ResolveRecipientsResponse               Tag = 0x0A06
	ResolveRecipientsStatus                 Tag = 0x0A07
	ResolveRecipientsType                   Tag = 0x0A08
	ResolveRecipientsRecipient              Tag = 0x0A09
	ResolveRecipientsDisplayName            Tag = 0x0A0A
	ResolveRecipientsEmailAddress           Tag = 0x0A0B
	ResolveRecipientsCertificates           Tag = 0x0A0C
	ResolveRecipientsCertificate            Tag = 0x0A0D
	ResolveRecipientsMiniCertificate        Tag = 0x0A0E
	ResolveRecipientsOptions                Tag = 0x0A0F
	ResolveRecipientsTo                     Tag = 0x0A10
	ResolveRecipientsCertificateRetrieval   Tag = 0x0A11
	ResolveRecipientsRecipientCount         Tag = 0x0A12
	ResolveRecipientsMaxCertificates        Tag = 0x0A13
	ResolveRecipientsMaxAmbiguousRecipients Tag = 0x0A14
	ResolveRecipientsCertificateCount       Tag = 0x0A15
	ResolveRecipientsAvailability           Tag = 0x0A16 // 14.0+
	ResolveRecipientsStartTime              Tag = 0x0A17 // 14.0+
	ResolveRecipientsEndTime                Tag = 0x0A18 // 14.0+
	ResolveRecipientsMergedFreeBusy         Tag = 0x0A19 // 14.0+
	ResolveRecipientsPicture                Tag = 0x0A1A // 14.1+
	ResolveRecipientsMaxSize                Tag = 0x0A1B // 14.1+
	ResolveRecipientsData                   Tag = 0x0A1C // 14.1+
	ResolveRecipientsMaxPictures            Tag = 0x0A1D // 14.1+
)

// Code page 11, ValidateCert.
const (
	ValidateCertValidateCert     Tag = 0x0B05
	ValidateCertCertificates     Tag = 0x0B06
	ValidateCertCertificate      Tag = 0x0B07
	ValidateCertCertificateChain Tag = 0x0B08
	ValidateCertCheckCRL         Tag = 0x0B09
	ValidateCertStatus           Tag = 0x0B0A
)

// Code page 12, Contacts2.
const (
	Contacts2CustomerId       Tag = 0x0C05
	Contacts2GovernmentId     Tag = 0x0C06
	Contacts2IMAddress        Tag = 0x0C07
	Contacts2IMAddress2       Tag = 0x0C08
	Contacts2IMAddress3       Tag = 0x0C09
	Contacts2ManagerName      Tag = 0x0C0A
	Contacts2CompanyMainPhone Tag = 0x0C0B
	Contacts2AccountName      Tag = 0x0C0C
	Contacts2NickName         Tag = 0x0C0D
	Contacts2MMS              Tag = 0x0C0E
)

// Code page 13, Ping.
const (
	PingPing              Tag = 0x0D05
	PingAutdState         Tag = 0x0D06 // retired
	PingStatus            Tag = 0x0D07
	PingHeartbeatInterval Tag = 0x0D08
	PingFolders           Tag = 0x0D09
	PingFolder            Tag = 0x0D0A
	PingId                Tag = 0x0D0B
	PingClass             Tag = 0x0D0C
	PingMaxFolders        Tag = 0x0D0D
	PingVersion           Tag = 0x0D0E // retired
)

// Code page 14, Provision.
const (
	ProvisionProvision                                Tag = 0x0E05
	ProvisionPolicies                                 Tag = 0x0E06
	ProvisionPolicy                                   Tag = 0x0E07
	ProvisionPolicyType                               Tag = 0x0E08
	ProvisionPolicyKey                                Tag = 0x0E09
	ProvisionData                                     Tag = 0x0E0A
	ProvisionStatus                                   Tag = 0x0E0B
	ProvisionRemoteWipe                               Tag = 0x0E0C
	ProvisionEASProvisionDoc                          Tag = 0x0E0D // 12.0+
	ProvisionDevicePasswordEnabled                    Tag = 0x0E0E // 12.0+
	ProvisionAlphanumericDevicePasswordRequired       Tag = 0x0E0F // 12.0+
	ProvisionRequireStorageCardEncryption             Tag = 0x0E10 // 12.1+
	ProvisionPasswordRecoveryEnabled                  Tag = 0x0E11 // 12.0+
	ProvisionDocumentBrowseEnabled                    Tag = 0x0E12 // retired
	ProvisionAttachmentsEnabled                       Tag = 0x0E13 // 12.0+
	ProvisionMinDevicePasswordLength                  Tag = 0x0E14 // 12.0+
	ProvisionMaxInactivityTimeDeviceLock              Tag = 0x0E15 // 12.0+
	ProvisionMaxDevicePasswordFailedAttempts          Tag = 0x0E16 // 12.0+
	ProvisionMaxAttachmentSize                        Tag = 0x0E17 // 12.0+
	ProvisionAllowSimpleDevicePassword                Tag = 0x0E18 // 12.0+
	ProvisionDevicePasswordExpiration                 Tag = 0x0E19 // 12.0+
	ProvisionDevicePasswordHistory                    Tag = 0x0E1A // 12.0+
	ProvisionAllowStorageCard                         Tag = 0x0E1B // 12.1+
	ProvisionAllowCamera                              Tag = 0x0E1C // 12.1+
	ProvisionRequireDeviceEncryption                  Tag = 0x0E1D // 12.1+
	ProvisionAllowUnsignedApplications                Tag = 0x0E1E // 12.1+
	ProvisionAllowUnsignedInstallationPackages        Tag = 0x0E1F // 12.1+
	ProvisionMinDevicePasswordComplexCharacters       Tag = 0x0E20 // 12.1+
	ProvisionAllowWiFi                                Tag = 0x0E21 // 12.1+
	ProvisionAllowTextMessaging                       Tag = 0x0E22 // 12.1+
	ProvisionAllowPOPIMAPEmail                        Tag = 0x0E23 // 12.1+
	ProvisionAllowBluetooth                           Tag = 0x0E24 // 12.1+
	ProvisionAllowIrDA                                Tag = 0x0E25 // 12.1+
	ProvisionRequireManualSyncWhenRoaming             Tag = 0x0E26 // 12.1+
	ProvisionAllowDesktopSync                         Tag = 0x0E27 // 12.1+
	ProvisionMaxCalendarAgeFilter                     Tag = 0x0E28 // 12.1+
	ProvisionAllowHTMLEmail                           Tag = 0x0E29 // 12.1+
	ProvisionMaxEmailAgeFilter                        Tag = 0x0E2A // 12.1+
	ProvisionMaxEmailBodyTruncationSize               Tag = 0x0E2B // 12.1+
	ProvisionMaxEmailHTMLBodyTruncationSize           Tag = 0x0E2C // 12.1+
	ProvisionRequireSignedSMIMEMessages               Tag = 0x0E2D // 12.1+
	ProvisionRequireEncryptedSMIMEMessages            Tag = 0x0E2E // 12.1+
	ProvisionRequireSignedSMIMEAlgorithm              Tag = 0x0E2F // 12.1+
	ProvisionRequireEncryptionSMIMEAlgorithm          Tag = 0x0E30 // 12.1+
	ProvisionAllowSMIMEEncryptionAlgorithmNegotiation Tag = 0x0E31 // 12.1+
	ProvisionAllowSMIMESoftCerts                      Tag = 0x0E32 // 12.1+
	ProvisionAllowBrowser                             Tag = 0x0E33 // 12.1+
	ProvisionAllowConsumerEmail                       Tag = 0x0E34 // 12.1+
	ProvisionAllowRemoteDesktop                       Tag = 0x0E35 // 12.1+
	ProvisionAllowInternetSharing                     Tag = 0x0E36 // 12.1+
	ProvisionUnapprovedInROMApplicationList           Tag = 0x0E37 // 12.1+
	ProvisionApplicationName                          Tag = 0x0E38 // 12.1+
	ProvisionApprovedApplicationList                  Tag = 0x0E39 // 12.1+
	ProvisionHash                                     Tag = 0x0E3A // 12.1+
	ProvisionAccountOnlyRemoteWipe                    Tag = 0x0E3B // 16.1
)

// Code page 15, Search.
const (
	SearchSearch         Tag = 0x0F05
	SearchStores         Tag = 0x0F06 // retired
	SearchStore          Tag = 0x0F07
	SearchName           Tag = 0x0F08
	SearchQuery          Tag = 0x0F09
	SearchOptions        Tag = 0x0F0A
	SearchRange          Tag = 0x0F0B
	SearchStatus         Tag = 0x0F0C
	SearchResponse       Tag = 0x0F0D
	SearchResult         Tag = 0x0F0E
	SearchProperties     Tag = 0x0F0F
	SearchTotal          Tag = 0x0F10
	SearchEqualTo        Tag = 0x0F11 // 12.0+
	SearchValue          Tag = 0x0F12 // 12.0+
	SearchAnd            Tag = 0x0F13 // 12.0+
	SearchOr             Tag = 0x0F14 // 12.0+
	SearchFreeText       Tag = 0x0F15 // 12.0+
	SearchSubstringOp    Tag = 0x0F16 // retired
	SearchDeepTraversal  Tag = 0x0F17 // 12.0+
	SearchLongId         Tag = 0x0F18 // 12.0+
	SearchRebuildResults Tag = 0x0F19 // 12.0+
	SearchLessThan       Tag = 0x0F1A // 12.0+
	SearchGreaterThan    Tag = 0x0F1B // 12.0+
	SearchSchema         Tag = 0x0F1C // retired
	SearchSupported      Tag = 0x0F1D // retired
	SearchUserName       Tag = 0x0F1E // 12.1+
	SearchPassword       Tag = 0x0F1F // 12.1+
	SearchConversationId Tag = 0x0F20 // 14.0+
	SearchPicture        Tag = 0x0F21 // 14.1+
	SearchMaxSize        Tag = 0x0F22 // 14.1+
	SearchMaxPictures    Tag = 0x0F23 // 14.1+
)

// Code page 16, GAL.
const (
	GALDisplayName  Tag = 0x1005
	GALPhone        Tag = 0x1006
	GALOffice       Tag = 0x1007
	GALTitle        Tag = 0x1008
	GALCompany      Tag = 0x1009
	GALAlias        Tag = 0x100A
	GALFirstName    Tag = 0x100B
	GALLastName     Tag = 0x100C
	GALHomePhone    Tag = 0x100D
	GALMobilePhone  Tag = 0x100E
	GALEmailAddress Tag = 0x100F
	GALPicture      Tag = 0x1010 // 14.1+
	GALStatus       Tag = 0x1011 // 14.1+
	GALData         Tag = 0x1012 // 14.1+
)

// Code page 17, AirSyncBase.
const (
	AirSyncBaseBodyPreference     Tag = 0x1105 // 12.0+
	AirSyncBaseType               Tag = 0x1106 // 12.0+
	AirSyncBaseTruncationSize     Tag = 0x1107 // 12.0+
	AirSyncBaseAllOrNone          Tag = 0x1108 // 12.0+
	AirSyncBaseBody               Tag = 0x110A // 12.0+
	AirSyncBaseData               Tag = 0x110B // 12.0+
	AirSyncBaseEstimatedDataSize  Tag = 0x110C // 12.0+
	AirSyncBaseTruncated          Tag = 0x110D // 12.0+
	AirSyncBaseAttachments        Tag = 0x110E // 12.0+
	AirSyncBaseAttachment         Tag = 0x110F // 12.0+
	AirSyncBaseDisplayName        Tag = 0x1110 // 12.0+
	AirSyncBaseFileReference      Tag = 0x1111 // 12.0+
	AirSyncBaseMethod             Tag = 0x1112 // 12.0+
	AirSyncBaseContentId          Tag = 0x1113 // 12.0+
	AirSyncBaseContentLocation    Tag = 0x1114 // 12.0+
	AirSyncBaseIsInline           Tag = 0x1115 // 12.0+
	AirSyncBaseNativeBodyType     Tag = 0x1116 // 12.0+
	AirSyncBaseContentType        Tag = 0x1117 // 12.0+
	AirSyncBasePreview            Tag = 0x1118 // 14.0+
	AirSyncBaseBodyPartPreference Tag = 0x1119 // 14.1+
	AirSyncBaseBodyPart           Tag = 0x111A // 14.1+
	AirSyncBaseStatus             Tag = 0x111B // 14.1+
	AirSyncBaseAdd                Tag = 0x111C // 16.0+
	AirSyncBaseDelete             Tag = 0x111D // 16.0+
	AirSyncBaseClientId           Tag = 0x111E // 16.0+
	AirSyncBaseContent            Tag = 0x111F // 16.0+
	AirSyncBaseLocation           Tag = 0x1120 // 16.0+
	AirSyncBaseAnnotation         Tag = 0x1121 // 16.0+
	AirSyncBaseStreet             Tag = 0x1122 // 16.0+
	AirSyncBaseCity               Tag = 0x1123 // 16.0+
	AirSyncBaseState              Tag = 0x1124 // 16.0+
	AirSyncBaseCountry            Tag = 0x1125 // 16.0+
	AirSyncBasePostalCode         Tag = 0x1126 // 16.0+
	AirSyncBaseLatitude           Tag = 0x1127 // 16.0+
	AirSyncBaseLongitude          Tag = 0x1128 // 16.0+
	AirSyncBaseAccuracy           Tag = 0x1129 // 16.0+
	AirSyncBaseAltitude           Tag = 0x112A // 16.0+
	AirSyncBaseAltitudeAccuracy   Tag = 0x112B // 16.0+
	AirSyncBaseLocationUri        Tag = 0x112C // 16.0+
	AirSyncBaseInstanceId         Tag = 0x112D // 16.0+
)

// Code page 18, Settings.
const (
	SettingsSettings                    Tag = 0x1205 // 12.0+
	SettingsStatus                      Tag = 0x1206 // 12.0+
	SettingsGet                         Tag = 0x1207 // 12.0+
	SettingsSet                         Tag = 0x1208 // 12.0+
	SettingsOof                         Tag = 0x1209 // 12.0+
	SettingsOofState                    Tag = 0x120A // 12.0+
	SettingsStartTime                   Tag = 0x120B // 12.0+
	SettingsEndTime                     Tag = 0x120C // 12.0+
	SettingsOofMessage                  Tag = 0x120D // 12.0+
	SettingsAppliesToInternal           Tag = 0x120E // 12.0+
	SettingsAppliesToExternalKnown      Tag = 0x120F // 12.0+
	SettingsAppliesToExternalUnknown    Tag = 0x1210 // 12.0+
	SettingsEnabled                     Tag = 0x1211 // 12.0+
	SettingsReplyMessage                Tag = 0x1212 // 12.0+
	SettingsBodyType                    Tag = 0x1213 // 12.0+
	SettingsDevicePassword              Tag = 0x1214 // 12.0+
	SettingsPassword                    Tag = 0x1215 // 12.0+
	SettingsDeviceInformation           Tag = 0x1216 // 12.0+
	SettingsModel                       Tag = 0x1217 // 12.0+
	SettingsIMEI                        Tag = 0x1218 // 12.0+
	SettingsFriendlyName                Tag = 0x1219 // 12.0+
	SettingsOS                          Tag = 0x121A // 12.0+
	SettingsOSLanguage                  Tag = 0x121B // 12.0+
	SettingsPhoneNumber                 Tag = 0x121C // 12.0+
	SettingsUserInformation             Tag = 0x121D // 12.0+
	SettingsEmailAddresses              Tag = 0x121E // 12.0+
	SettingsSMTPAddress                 Tag = 0x121F // 12.0+
	SettingsUserAgent                   Tag = 0x1220 // 12.1+
	SettingsEnableOutboundSMS           Tag = 0x1221 // 14.0+
	SettingsMobileOperator              Tag = 0x1222 // 14.0+
	SettingsPrimarySmtpAddress          Tag = 0x1223 // 14.1+
	SettingsAccounts                    Tag = 0x1224 // 14.1+
	SettingsAccount                     Tag = 0x1225 // 14.1+
	SettingsAccountId                   Tag = 0x1226 // 14.1+
	SettingsAccountName                 Tag = 0x1227 // 14.1+
	SettingsUserDisplayName             Tag = 0x1228 // 14.1+
	SettingsSendDisabled                Tag = 0x1229 // 14.1+
	SettingsRightsManagementInformation Tag = 0x122B // 14.1+
)

// Code page 19, DocumentLibrary.
const (
	DocumentLibraryLinkId           Tag = 0x1305 // 12.0+
	DocumentLibraryDisplayName      Tag = 0x1306 // 12.0+
	DocumentLibraryIsFolder         Tag = 0x1307 // 12.0+
	DocumentLibraryCreationDate     Tag = 0x1308 // 12.0+
	DocumentLibraryLastModifiedDate Tag = 0x1309 // 12.0+
	DocumentLibraryIsHidden         Tag = 0x130A // 12.0+
	DocumentLibraryContentLength    Tag = 0x130B // 12.0+
	DocumentLibraryContentType      Tag = 0x130C // 12.0+
)

// Code page 20, ItemOperations.
const (
	ItemOperationsItemOperations      Tag = 0x1405 // 12.0+
	ItemOperationsFetch               Tag = 0x1406 // 12.0+
	ItemOperationsStore               Tag = 0x1407 // 12.0+
	ItemOperationsOptions             Tag = 0x1408 // 12.0+
	ItemOperationsRange               Tag = 0x1409 // 12.0+
	ItemOperationsTotal               Tag = 0x140A // 12.0+
	ItemOperationsProperties          Tag = 0x140B // 12.0+
	ItemOperationsData                Tag = 0x140C // 12.0+
	ItemOperationsStatus              Tag = 0x140D // 12.0+
	ItemOperationsResponse            Tag = 0x140E // 12.0+
	ItemOperationsVersion             Tag = 0x140F // 12.0+
	ItemOperationsSchema              Tag = 0x1410 // 12.0+
	ItemOperationsPart                Tag = 0x1411 // 12.0+
	ItemOperationsEmptyFolderContents Tag = 0x1412 // 12.0+
	ItemOperationsDeleteSubFolders    Tag = 0x1413 // 12.0+
	ItemOperationsUserName            Tag = 0x1414 // 12.1+
	ItemOperationsPassword            Tag = 0x1415 // 12.1+
	ItemOperationsMove                Tag = 0x1416 // 14.0+
	ItemOperationsDstFldId            Tag = 0x1417 // 14.0+
	ItemOperationsConversationId      Tag = 0x1418 // 14.0+
	ItemOperationsMoveAlways          Tag = 0x1419 // 14.0+
)

// Code page 21, ComposeMail.
const (
	ComposeMailSendMail        Tag = 0x1505 // 14.0+
	ComposeMailSmartForward    Tag = 0x1506 // 14.0+
	ComposeMailSmartReply      Tag = 0x1507 // 14.0+
	ComposeMailSaveInSentItems Tag = 0x1508 // 14.0+
	ComposeMailReplaceMime     Tag = 0x1509 // 14.0+
	ComposeMailType            Tag = 0x150A // retired
	ComposeMailSource          Tag = 0x150B // 14.0+
	ComposeMailFolderId        Tag = 0x150C // 14.0+
	ComposeMailItemId          Tag = 0x150D // 14.0+
	ComposeMailLongId          Tag = 0x150E // 14.0+
	ComposeMailInstanceId      Tag = 0x150F // 14.0+
	ComposeMailMime            Tag = 0x1510 // 14.0+
	ComposeMailClientId        Tag = 0x1511 // 14.0+
	ComposeMailStatus          Tag = 0x1512 // 14.0+
	ComposeMailAccountId       Tag = 0x1513 // 14.1+
	ComposeMailForwardees      Tag = 0x1515 // 16.0+
	ComposeMailForwardee       Tag = 0x1516 // 16.0+
	ComposeMailName            Tag = 0x1517 // 16.0+
	ComposeMailEmail           Tag = 0x1518 // 16.0+
)

// Code page 22, Email2.
const (
	Email2UmCallerID            Tag = 0x1605 // 14.0+
	Email2UmUserNotes           Tag = 0x1606 // 14.0+
	Email2UmAttDuration         Tag = 0x1607 // 14.0+
	Email2UmAttOrder            Tag = 0x1608 // 14.0+
	Email2ConversationId        Tag = 0x1609 // 14.0+
	Email2ConversationIndex     Tag = 0x160A // 14.0+
	Email2LastVerbExecuted      Tag = 0x160B // 14.0+
	Email2LastVerbExecutionTime Tag = 0x160C // 14.0+
	Email2ReceivedAsBcc         Tag = 0x160D // 14.0+
	Email2Sender                Tag = 0x160E // 14.0+
	Email2CalendarType          Tag = 0x160F // 14.0+
	Email2IsLeapMonth           Tag = 0x1610 // 14.0+
	Email2AccountId             Tag = 0x1611 // 14.1+
	Email2FirstDayOfWeek        Tag = 0x1612 // 14.1+
	Email2MeetingMessageType    Tag = 0x1613 // 14.1+
	Email2IsDraft               Tag = 0x1615 // 16.0+
	Email2Bcc                   Tag = 0x1616 // 16.0+
	Email2Send                  Tag = 0x1617 // 16.0+
)

// Code page 23, Notes.
const (
	NotesSubject          Tag = 0x1705 // 14.0+
	NotesMessageClass     Tag = 0x1706 // 14.0+
	NotesLastModifiedDate Tag = 0x1707 // 14.0+
	NotesCategories       Tag = 0x1708 // 14.0+
	NotesCategory         Tag = 0x1709 // 14.0+
)

// Code page 24, RightsManagement.
const (
	RightsManagementRightsManagementSupport          Tag = 0x1805 // 14.1+
	RightsManagementRightsManagementTemplates        Tag = 0x1806 // 14.1+
	RightsManagementRightsManagementTemplate         Tag = 0x1807 // 14.1+
	RightsManagementRightsManagementLicense          Tag = 0x1808 // 14.1+
	RightsManagementEditAllowed                      Tag = 0x1809 // 14.1+
	RightsManagementReplyAllowed                     Tag = 0x180A // 14.1+
	RightsManagementReplyAllAllowed                  Tag = 0x180B // 14.1+
	RightsManagementForwardAllowed                   Tag = 0x180C // 14.1+
	RightsManagementModifyRecipientsAllowed          Tag = 0x180D // 14.1+
	RightsManagementExtractAllowed                   Tag = 0x180E // 14.1+
	RightsManagementPrintAllowed                     Tag = 0x180F // 14.1+
	RightsManagementExportAllowed                    Tag = 0x1810 // 14.1+
	RightsManagementProgrammaticAccessAllowed        Tag = 0x1811 // 14.1+
	RightsManagementOwner                            Tag = 0x1812 // 14.1+
	RightsManagementContentExpiryDate                Tag = 0x1813 // 14.1+
	RightsManagementTemplateID                       Tag = 0x1814 // 14.1+
	RightsManagementTemplateName                     Tag = 0x1815 // 14.1+
	RightsManagementTemplateDescription              Tag = 0x1816 // 14.1+
	RightsManagementContentOwner                     Tag = 0x1817 // 14.1+
	RightsManagementRemoveRightsManagementProtection Tag = 0x1818 // 14.1+
)

// Code page 25, Find.
const (
	FindFind                   Tag = 0x1905 // 16.1
	FindSearchId               Tag = 0x1906 // 16.1
	FindExecuteSearch          Tag = 0x1907 // 16.1
	FindMailBoxSearchCriterion Tag = 0x1908 // 16.1
	FindQuery                  Tag = 0x1909 // 16.1
	FindStatus                 Tag = 0x190A // 16.1
	FindFreeText               Tag = 0x190B // 16.1
	FindOptions                Tag = 0x190C // 16.1
	FindRange                  Tag = 0x190D // 16.1
	FindDeepTraversal          Tag = 0x190E // 16.1
	FindResponse               Tag = 0x1911 // 16.1
	FindResult                 Tag = 0x1912 // 16.1
	FindProperties             Tag = 0x1913 // 16.1
	FindPreview                Tag = 0x1914 // 16.1
	FindHasAttachments         Tag = 0x1915 // 16.1
	FindTotal                  Tag = 0x1916 // 16.1
	FindDisplayCc              Tag = 0x1917 // 16.1
	FindDisplayBcc             Tag = 0x1918 // 16.1
	FindGalSearchCriterion     Tag = 0x1919 // 16.1
	FindMaxPictures            Tag = 0x1920 // 16.1
	FindMaxSize                Tag = 0x1921 // 16.1
	FindPicture                Tag = 0x1922 // 16.1
)
