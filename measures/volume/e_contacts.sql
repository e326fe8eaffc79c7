--- id = "volume.e_contacts"
--- kind = "count"
--- part_of = "access.digital_share"
--- unit = "contacts"
--- better = "neither"
--- published = ["channel"]
--- name = { fi = "Digitaaliset yhteydenotot", sv = "Digitala kontakter", en = "Digital contacts" }
--- source = "Team model of Kilo, Future Social and Health Centre programme 2020–2022: electronic contacts; the county's own definition"
--- about = { fi = "Asiakkaiden chatit, viestit, lomakkeet ja videoyhteydet.", sv = "Klienternas chattar, meddelanden, blanketter och videokontakter.", en = "Clients' chats, messages, forms and video contacts." }
SELECT
  contact_id AS case_id,
  resident_id,
  caller_key,
  unit_id,
  service,
  channel,
  opened_at AS at
FROM contacts
WHERE channel IN ('chat', 'message', 'form', 'video')
  AND kind = 'request'
  AND part_of IS NULL
  AND opened_at >= $from
  AND opened_at < $to
