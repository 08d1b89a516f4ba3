#!/bin/sh
# Starts Orthanc with the password that the API has too, which stands in no command line. As the embedded
# stack's archive: DICOMweb alone, one account, no association of the older network, no script.
set -eu
umask 077
cat > /tmp/orthanc.json <<CONF
{
  "Name": "Homeward",
  "Locale": "C",
  "StorageDirectory": "/images",
  "IndexDirectory": "/images",
  "TemporaryDirectory": "/tmp",
  "Plugins": [ "/usr/share/orthanc/plugins", "/usr/local/share/orthanc/plugins" ],
  "HttpPort": 8042,
  "RemoteAccessAllowed": true,
  "AuthenticationEnabled": true,
  "RegisteredUsers": { "homeward": "$(cat /run/secrets/archive_password)" },
  "DicomServerEnabled": false,
  "OverwriteInstances": false,
  "StorageAccessOnFind": "Answers",
  "SyncStorageArea": true,
  "DicomWeb": { "Enable": true, "Root": "/dicom-web/", "EnableWado": false }
}
CONF
exec Orthanc /tmp/orthanc.json
