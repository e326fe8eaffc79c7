kind-disclosure = Consent to see data of the other register
kind-appointment = Appointment
register-matter-health = A matter of health care
register-matter-social = A matter of social welfare
disclosures-closed = A matter of the other register
disclosures-ways = How the data can be opened
disclosures-link-health = The client’s health care matters
disclosures-link-social = The client’s social welfare matters
disclosures-title-health = The client’s health care matters
disclosures-title-social = The client’s social welfare matters
disclosures-what-health = Health care and social welfare each have a register of their own. You see health care matters only if the client consents, or the law gives a ground.
disclosures-what-social = Health care and social welfare each have a register of their own. You see social welfare matters only if the client consents, or the law gives a ground.
disclosures-back = Back to the matter
disclosures-open-until = Open until { $time }: { $ground }
disclosures-by-consent = the client has consented
disclosures-nobody = The client is not known, so nobody can be asked for consent, and there is no data to look for.
disclosures-consent = The client’s consent
disclosures-consent-what = The client sees the request on their own pages. Consent covers all who work in your unit, and the client decides on its last day. Saying no does not affect the client’s services.
disclosures-ask = Ask the client for consent
disclosures-asked = Consent has been asked for. The client has not answered yet.
disclosures-law = A ground in law
disclosures-law-what = If consent cannot be waited for, choose a ground. It opens the data to you alone. The client sees on their own pages who looked, and on what ground.
disclosures-ground = On what ground is the data opened?
disclosures-hours = { $count ->
    [one] Opens the data for an hour.
   *[other] Opens the data for { $shown } hours.
 }
disclosures-why = Why does the ground hold now?
disclosures-why-hint = Keep it short. The text is kept locked, for those who look into it later.
disclosures-name = Open the data on this ground
disclosures-wrong-ground = Choose a ground.
disclosures-wrong-why = Write why the ground holds.
disclosures-did-ask = The client has been asked for consent.
disclosures-did-name = The data is open to you. Looking at it is recorded.
disclosures-matters = Open matters
disclosures-no-matters = There are no open matters.
