kind-disclosure = Tillstånd att se uppgifter i det andra registret
kind-appointment = Tidsbokning
register-matter-health = Ärende inom hälso- och sjukvården
register-matter-social = Ärende inom socialvården
disclosures-closed = Ärende i det andra registret
disclosures-ways = Så kan uppgifterna öppnas
disclosures-link-health = Klientens ärenden inom hälso- och sjukvården
disclosures-link-social = Klientens ärenden inom socialvården
disclosures-title-health = Klientens ärenden inom hälso- och sjukvården
disclosures-title-social = Klientens ärenden inom socialvården
disclosures-what-health = Hälso- och sjukvården och socialvården har var sitt register. Du ser ärenden inom hälso- och sjukvården bara om klienten ger tillstånd eller om lagen ger en grund.
disclosures-what-social = Hälso- och sjukvården och socialvården har var sitt register. Du ser ärenden inom socialvården bara om klienten ger tillstånd eller om lagen ger en grund.
disclosures-back = Tillbaka till ärendet
disclosures-open-until = Öppet till { $time }: { $ground }
disclosures-by-consent = klienten har gett tillstånd
disclosures-nobody = Klienten är inte känd, så det går inte att be om tillstånd eller söka uppgifter.
disclosures-consent = Klientens tillstånd
disclosures-consent-what = Begäran syns på klientens egna sidor. Tillståndet gäller alla som arbetar i din enhet, och klienten bestämmer till vilken dag det gäller. Ett nej påverkar inte klientens service.
disclosures-ask = Be klienten om tillstånd
disclosures-asked = Du har bett om tillstånd. Klienten har inte svarat än.
disclosures-law = Grund i lag
disclosures-law-what = Om tillstånd inte kan inväntas, välj en grund. Den öppnar uppgifterna bara för dig. Klienten ser på sina egna sidor vem som har tittat och på vilken grund.
disclosures-ground = På vilken grund öppnas uppgifterna?
disclosures-hours = { $count ->
    [one] Öppnar uppgifterna i en timme.
   *[other] Öppnar uppgifterna i { $shown } timmar.
 }
disclosures-why = Varför uppfylls grunden nu?
disclosures-why-hint = Skriv kort. Texten förvaras låst för utredningar.
disclosures-name = Öppna uppgifterna på denna grund
disclosures-wrong-ground = Välj en grund.
disclosures-wrong-why = Skriv varför grunden uppfylls.
disclosures-did-ask = Du har bett klienten om tillstånd.
disclosures-did-name = Uppgifterna är öppna för dig. Visningen antecknas.
disclosures-matters = Öppna ärenden
disclosures-no-matters = Det finns inga öppna ärenden.
