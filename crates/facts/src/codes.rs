//! Closed vocabularies, each code with its names in Finnish, Swedish and English.
//!
//! The words come from the acts and registers named in the glossary; [`Modality::hilmo`] gives the register's own code
//! where it has one. Codes are added, never renamed: they stand in stored files.

/// A closed vocabulary.
#[derive(Debug)]
pub struct CodeList {
    pub name: &'static str,
    pub about: &'static str,
    pub codes: &'static [CodeName],
}

/// One code of a vocabulary and its names.
#[derive(Debug)]
pub struct CodeName {
    pub code: &'static str,
    pub fi: &'static str,
    pub sv: &'static str,
    pub en: &'static str,
}

impl CodeList {
    pub fn has(&self, code: &str) -> bool {
        self.find(code).is_some()
    }

    pub fn find(&self, code: &str) -> Option<&'static CodeName> {
        self.codes.iter().find(|known| known.code == code)
    }
}

/// An enum over a closed vocabulary.
pub trait Code: Copy + 'static {
    const LIST: &'static CodeList;
    fn code(self) -> &'static str;
    fn named(code: &str) -> Option<Self>;
}

macro_rules! codes {
    ($($(#[doc = $about:literal])* $name:ident $list:literal {
        $($variant:ident $code:literal = $fi:literal | $sv:literal | $en:literal,)*
    })*) => {
        $(
            $(#[doc = $about])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub enum $name { $($variant,)* }

            impl $name {
                pub const ALL: &'static [$name] = &[$($name::$variant,)*];
            }

            impl Code for $name {
                const LIST: &'static CodeList = &CodeList {
                    name: $list,
                    about: concat!($($about),*),
                    codes: &[$(CodeName { code: $code, fi: $fi, sv: $sv, en: $en },)*],
                };
                fn code(self) -> &'static str {
                    match self { $($name::$variant => $code,)* }
                }
                fn named(code: &str) -> Option<$name> {
                    match code { $($code => Some($name::$variant),)* _ => None }
                }
            }
        )*

        /// Every closed vocabulary, for the data dictionary and for names on pages.
        pub static CODE_LISTS: &[&CodeList] = &[$($name::LIST,)*];
    };
}

codes! {
    /// Sex as registered.
    Sex "sex" {
        Female "female" = "nainen" | "kvinna" | "female",
        Male "male" = "mies" | "man" | "male",
        Other "other" = "muu" | "annat" | "other",
    }
    /// Level of a unit in the tree.
    UnitLevel "unit_level" {
        County "county" = "hyvinvointialue" | "välfärdsområde" | "county",
        Area "area" = "alue" | "område" | "area",
        Line "line" = "palvelulinja" | "servicelinje" | "service line",
        Unit "unit" = "yksikkö" | "enhet" | "unit",
        Team "team" = "tiimi" | "team" | "team",
    }
    /// Producer of the service.
    Provider "provider" {
        Own "own" = "oma tuotanto" | "egen verksamhet" | "own",
        Purchased "purchased" = "ostopalvelu" | "köpt tjänst" | "purchased",
        Voucher "voucher" = "palveluseteli" | "servicesedel" | "voucher",
        Hus "hus" = "HUS" | "HUS" | "HUS",
        County "county" = "toinen hyvinvointialue" | "annat välfärdsområde" | "another county",
        Ngo "ngo" = "järjestö" | "organisation" | "association",
        Private "private" = "yksityinen" | "privat" | "private",
    }
    /// How a professional is employed.
    Employment "employment" {
        Employed "employed" = "työsuhde" | "anställd" | "employed",
        Practitioner "practitioner" = "ammatinharjoittaja" | "yrkesutövare" | "practitioner",
        Agency "agency" = "vuokratyö" | "inhyrd" | "agency",
        Purchased "purchased" = "ostopalvelu" | "köpt tjänst" | "purchased",
    }
    /// Register to which a matter belongs: that of patients or that of clients of social welfare (Act 703/2023).
    Register "register" {
        Health "health" = "terveydenhuolto" | "hälso- och sjukvård" | "health care",
        Social "social" = "sosiaalihuolto" | "socialvård" | "social welfare",
    }
    /// Profession, in groups that measures need.
    Profession "profession" {
        Physician "physician" = "lääkäri" | "läkare" | "physician",
        Dentist "dentist" = "hammaslääkäri" | "tandläkare" | "dentist",
        Nurse "nurse" = "sairaanhoitaja" | "sjukskötare" | "nurse",
        PublicHealthNurse "public_health_nurse" = "terveydenhoitaja" | "hälsovårdare" | "public health nurse",
        Midwife "midwife" = "kätilö" | "barnmorska" | "midwife",
        PracticalNurse "practical_nurse" = "lähihoitaja" | "närvårdare" | "practical nurse",
        Physiotherapist "physiotherapist" = "fysioterapeutti" | "fysioterapeut" | "physiotherapist",
        OccupationalTherapist "occupational_therapist" = "toimintaterapeutti" | "ergoterapeut" | "occupational therapist",
        SpeechTherapist "speech_therapist" = "puheterapeutti" | "talterapeut" | "speech therapist",
        Psychologist "psychologist" = "psykologi" | "psykolog" | "psychologist",
        Psychotherapist "psychotherapist" = "psykoterapeutti" | "psykoterapeut" | "psychotherapist",
        SocialWorker "social_worker" = "sosiaalityöntekijä" | "socialarbetare" | "social worker",
        SocialCounsellor "social_counsellor" = "sosiaaliohjaaja" | "socialhandledare" | "social counsellor",
        ServiceGuide "service_guide" = "palveluohjaaja" | "servicehandledare" | "service guide",
        RehabilitationPlanner "rehabilitation_planner" = "kuntoutussuunnittelija" | "rehabiliteringsplanerare" | "rehabilitation planner",
        OralHygienist "oral_hygienist" = "suuhygienisti" | "munhygienist" | "oral hygienist",
        FamilyWorker "family_worker" = "perhetyöntekijä" | "familjearbetare" | "family worker",
        Other "other" = "muu" | "annan" | "other",
    }
    /// Named role of a professional for a resident. Never shown without its service.
    CareRole "care_role" {
        ContactPerson "contact_person" = "yhteyshenkilö" | "kontaktperson" | "contact person",
        CareLead "care_lead" = "hoitovastaava" | "vårdansvarig" | "care lead",
        OwnWorker "own_worker" = "omatyöntekijä" | "egen kontaktperson" | "own worker",
        OwnNurse "own_nurse" = "omahoitaja" | "egen skötare" | "own nurse",
        OwnDoctor "own_doctor" = "omalääkäri" | "egen läkare" | "own doctor",
        ResponsibleWorker "responsible_worker" = "vastuutyöntekijä" | "ansvarig arbetstagare" | "responsible worker",
    }
    /// Kind of a contact.
    ContactKind "contact_kind" {
        Request "request" = "asia" | "ärende" | "request",
        Notice "notice" = "ilmoitus" | "anmälan" | "notice",
        Consultation "consultation" = "konsultaatio" | "konsultation" | "consultation",
        Feedback "feedback" = "palaute" | "respons" | "feedback",
    }
    /// Kind of notice.
    Notice "notice" {
        NeedContact "need_contact" = "yhteydenotto tuen tarpeen arvioimiseksi" | "kontakt för bedömning av stödbehov" | "contact to assess the need of support",
        Concern "concern" = "huoli-ilmoitus" | "orosanmälan" | "notice of concern",
        ChildProtection "child_protection" = "lastensuojeluilmoitus" | "barnskyddsanmälan" | "child protection notice",
        Unborn "unborn" = "ennakollinen lastensuojeluilmoitus" | "föregripande barnskyddsanmälan" | "anticipatory child protection notice",
        Older "older" = "ilmoitus iäkkään palveluntarpeesta" | "anmälan om äldre persons servicebehov" | "notice of an older person's need",
        Other "other" = "muu" | "annan" | "other",
    }
    /// The way in of a contact. Chat, message, form and video are digital.
    Channel "channel" {
        Chat "chat" = "chatti" | "chatt" | "chat",
        Message "message" = "kiireetön viesti" | "meddelande" | "message",
        Callback "callback" = "takaisinsoittopyyntö" | "återuppringning" | "callback",
        Phone "phone" = "puhelu" | "samtal" | "call",
        Form "form" = "lomake" | "blankett" | "form",
        Sms "sms" = "tekstiviesti" | "sms" | "text message",
        Video "video" = "video" | "video" | "video",
        WalkIn "walk_in" = "asiointi paikan päällä" | "besök utan tid" | "walk-in",
        Letter "letter" = "kirje" | "brev" | "letter",
    }
    /// How urgent. Empty is allowed; planned is not an urgency.
    Urgency "urgency" {
        Emergency "emergency" = "päivystys" | "jour" | "emergency",
        Urgent "urgent" = "kiireellinen, sama päivä" | "brådskande" | "urgent, same day",
        Soon "soon" = "puolikiireellinen" | "halvbrådskande" | "soon",
        Routine "routine" = "kiireetön" | "icke-brådskande" | "routine",
    }
    /// For whom the contact is made, by whom.
    OnBehalf "on_behalf" {
        Me "self" = "itse" | "själv" | "self",
        Guardian "guardian" = "huoltaja" | "vårdnadshavare" | "guardian",
        Proxy "proxy" = "valtuutettu" | "befullmäktigad" | "proxy",
        Relative "relative" = "läheinen" | "närstående" | "relative",
        Unit "unit" = "asumisyksikkö" | "boendeenhet" | "housing unit",
        Professional "professional" = "ammattilainen" | "yrkesperson" | "professional",
        Authority "authority" = "viranomainen" | "myndighet" | "authority",
    }
    /// How a contact ended. The first five count as settled.
    Outcome "outcome" {
        Advised "advised" = "neuvottu" | "rådgivning" | "advised",
        Booked "booked" = "aika annettu" | "tid bokad" | "booked",
        Referred "referred" = "ohjattu" | "hänvisad" | "referred",
        SelfCare "self_care" = "omahoito" | "egenvård" | "self-care",
        NoNeed "no_need" = "ei hoidon tarvetta" | "inget vårdbehov" | "no need of care",
        Emergency "emergency" = "päivystykseen" | "till jouren" | "to emergency care",
        Unreachable "unreachable" = "ei tavoitettu" | "ej nådd" | "not reached",
        Abandoned "abandoned" = "katkesi" | "avbruten" | "abandoned",
        Withdrawn "withdrawn" = "peruttu" | "återtagen" | "withdrawn",
        Merged "merged" = "yhdistetty" | "sammanslagen" | "merged",
        Misdirected "misdirected" = "väärä taho" | "fel instans" | "misdirected",
    }
    /// How an encounter takes place; maps to the contact mode of the care register.
    Modality "modality" {
        InPerson "in_person" = "vastaanottokäynti" | "mottagningsbesök" | "in person",
        Home "home" = "kotikäynti" | "hembesök" | "home visit",
        Workplace "workplace" = "työpaikkakäynti" | "arbetsplatsbesök" | "workplace",
        Institution "institution" = "laitoskäynti" | "besök på anstalt" | "institution",
        Elsewhere "elsewhere" = "muualla" | "annanstans" | "elsewhere",
        Phone "phone" = "puhelin" | "telefon" | "phone",
        Video "video" = "video" | "video" | "video",
        Chat "chat" = "chatti" | "chatt" | "chat",
        Message "message" = "viesti" | "meddelande" | "message",
        Letter "letter" = "kirje" | "brev" | "letter",
        Consultation "consultation" = "konsultaatio" | "konsultation" | "consultation",
        Meeting "meeting" = "neuvottelu" | "förhandling" | "meeting",
        CaseWork "case_work" = "asiakirjamerkintä" | "ärendehantering" | "case work",
        Ward "ward" = "osastokäynti" | "avdelning" | "ward",
        Other "other" = "muu" | "annan" | "other",
    }
    /// Party that takes part in an encounter.
    Party "party" {
        Individual "individual" = "yksilö" | "individ" | "individual",
        Family "family" = "perhe" | "familj" | "family",
        Group "group" = "ryhmä" | "grupp" | "group",
        Community "community" = "yhteisö" | "samfund" | "community",
    }
    /// Nature of an encounter.
    Nature "nature" {
        Curative "curative" = "sairaanhoito" | "sjukvård" | "curative",
        Preventive "preventive" = "terveydenhoito" | "hälsovård" | "preventive",
    }
    /// State of an encounter, from booking to visit or cancellation.
    Status "status" {
        Booked "booked" = "varattu" | "bokad" | "booked",
        Done "done" = "toteutunut" | "genomförd" | "done",
        Cancelled "cancelled" = "peruttu" | "avbokad" | "cancelled",
        NoShow "no_show" = "ei saapunut" | "uteblev" | "no show",
    }
    /// The side that cancelled.
    CancelledBy "cancelled_by" {
        Resident "resident" = "asiakas" | "klienten" | "resident",
        Organisation "organisation" = "organisaatio" | "organisationen" | "organisation",
        System "system" = "järjestelmä" | "systemet" | "system",
    }
    /// Why cancelled.
    CancelReason "cancel_reason" {
        Ill "ill" = "sairastui" | "sjuk" | "ill",
        Recovered "recovered" = "parani" | "frisk" | "recovered",
        OtherPlans "other_plans" = "muu meno" | "annat hinder" | "other plans",
        Transport "transport" = "kuljetus" | "transport" | "transport",
        StaffAbsence "staff_absence" = "työntekijä poissa" | "personal frånvarande" | "staff absent",
        Closure "closure" = "yksikkö suljettu" | "enheten stängd" | "closure",
        DoubleBooking "double_booking" = "kaksoisvaraus" | "dubbelbokning" | "double booking",
        Technical "technical" = "tekninen vika" | "tekniskt fel" | "technical",
        Deceased "deceased" = "kuollut" | "avliden" | "deceased",
        Other "other" = "muu" | "annan" | "other",
    }
    /// Need or ability that is assessed.
    AssessmentKind "assessment_kind" {
        CareNeed "care_need" = "hoidon tarve" | "vårdbehov" | "need of care",
        ServiceNeed "service_need" = "palvelutarve" | "servicebehov" | "need of service",
        TherapyNeed "therapy_need" = "terapian tarve" | "terapibehov" | "need of therapy",
        DisabilityNeed "disability_need" = "vammaispalvelun tarve" | "behov av funktionshinderservice" | "need of disability service",
        ChildProtectionNeed "child_protection_need" = "lastensuojelun tarve" | "behov av barnskydd" | "need of child protection",
        Function "function" = "toimintakyky" | "funktionsförmåga" | "function",
    }
    /// Which statutory guarantee the assessment starts.
    Guarantee "guarantee" {
        None "none" = "ei takuuta" | "ingen garanti" | "none",
        Care "care" = "hoitotakuu" | "vårdgaranti" | "care guarantee",
        Oral "oral" = "suun terveydenhuollon hoitotakuu" | "vårdgaranti i munhälsovård" | "oral care guarantee",
        Specialised "specialised" = "erikoissairaanhoidon hoitotakuu" | "vårdgaranti i specialsjukvård" | "specialised care guarantee",
        Therapy "therapy" = "terapiatakuu" | "terapigaranti" | "therapy guarantee",
        TherapySocial "therapy_social" = "terapiatakuu, sosiaalihuolto" | "terapigaranti, socialvård" | "therapy guarantee, social care",
        Service "service" = "sosiaalihuollon määräaika" | "socialvårdens tidsfrist" | "social care deadline",
        ChildProtection "child_protection" = "lastensuojelun määräaika" | "barnskyddets tidsfrist" | "child protection deadline",
    }
    /// Class of the reason for an assessment.
    ReasonClass "reason_class" {
        NewProblem "new_problem" = "uusi vaiva" | "nytt besvär" | "new problem",
        PlannedCare "planned_care" = "suunnitelmallinen hoito" | "planerad vård" | "planned care",
        Certificate "certificate" = "todistus" | "intyg" | "certificate",
        CheckUp "check_up" = "terveystarkastus" | "hälsogranskning" | "check-up",
        Prevention "prevention" = "ennaltaehkäisy" | "förebyggande" | "prevention",
    }
    /// Why an assessed need was closed.
    ClosedWhy "closed_why" {
        Met "met" = "toteutui" | "tillgodosett" | "met",
        NoLongerNeeded "no_longer_needed" = "ei enää tarpeen" | "behövs inte längre" | "no longer needed",
        Declined "declined" = "kieltäytyi" | "avböjde" | "declined",
        Unreachable "unreachable" = "ei tavoitettu" | "ej nådd" | "not reached",
        Moved "moved" = "muutti" | "flyttade" | "moved",
        Died "died" = "kuoli" | "avled" | "died",
        Bought "bought" = "hankki muualta" | "skaffade annanstans" | "bought elsewhere",
    }
    /// Kind of order.
    OrderKind "order_kind" {
        Referral "referral" = "lähete" | "remiss" | "referral",
        Imaging "imaging" = "kuvantaminen" | "bilddiagnostik" | "imaging",
        Laboratory "laboratory" = "laboratorio" | "laboratorium" | "laboratory",
    }
    /// State of an order.
    OrderStatus "order_status" {
        Ordered "ordered" = "pyydetty" | "beställd" | "ordered",
        Performed "performed" = "tehty" | "utförd" | "performed",
        Cancelled "cancelled" = "peruttu" | "annullerad" | "cancelled",
        Returned "returned" = "palautettu" | "returnerad" | "returned",
    }
    /// Kind of activity that a resident is enrolled in.
    EnrolmentKind "enrolment_kind" {
        Pathway "pathway" = "palvelupolku" | "servicestig" | "pathway",
        Programme "programme" = "ohjelma" | "program" | "programme",
        Coaching "coaching" = "valmennus" | "coachning" | "coaching",
        HealthBenefit "health_benefit" = "terveyshyötyarvio" | "hälsonytta" | "health benefit",
        SelfCare "self_care" = "omahoito" | "egenvård" | "self-care",
        HighNeed "high_need" = "paljon palveluja tarvitseva" | "klient med stort servicebehov" | "high need",
    }
    /// Risk class of a stratified pathway.
    RiskClass "risk_class" {
        Low "low" = "matala riski" | "låg risk" | "low risk",
        Medium "medium" = "kohtalainen riski" | "medelhög risk" | "medium risk",
        High "high" = "korkea riski" | "hög risk" | "high risk",
    }
    /// Role of the one who answers.
    Respondent "respondent" {
        Client "client" = "asiakas" | "klient" | "client",
        Guardian "guardian" = "huoltaja" | "vårdnadshavare" | "guardian",
        Relative "relative" = "läheinen" | "närstående" | "relative",
        Proxy "proxy" = "valtuutettu" | "befullmäktigad" | "proxy",
        Professional "professional" = "ammattilainen" | "yrkesperson" | "professional",
        Staff "staff" = "henkilöstö" | "personal" | "staff",
    }
    /// When in a course of care a questionnaire is answered.
    Occasion "occasion" {
        Baseline "baseline" = "alku" | "start" | "baseline",
        FollowUp "follow_up" = "seuranta" | "uppföljning" | "follow-up",
        Session "session" = "tapaaminen" | "möte" | "session",
    }
    /// Kind of event or thing that a survey is about.
    AboutKind "about_kind" {
        Encounter "encounter" = "käynti" | "besök" | "encounter",
        Contact "contact" = "yhteydenotto" | "kontakt" | "contact",
        Stay "stay" = "jakso" | "vårdperiod" | "stay",
        Interpreting "interpreting" = "tulkkaus" | "tolkning" | "interpreting",
        Page "page" = "sivu" | "sida" | "page",
        Service "service" = "palvelu" | "service" | "service",
        None "none" = "ei kohdetta" | "inget" | "none",
    }
    /// Why a survey was not delivered.
    UndeliveredWhy "undelivered_why" {
        NoAddress "no_address" = "ei osoitetta" | "ingen adress" | "no address",
        Bounced "bounced" = "palautui" | "studsade" | "bounced",
        OptedOut "opted_out" = "kieltänyt" | "har förbjudit" | "opted out",
        NonDisclosure "non_disclosure" = "turvakielto" | "spärrmarkering" | "non-disclosure",
        TooYoung "too_young" = "liian nuori" | "för ung" | "too young",
        Recent "recent" = "kysytty äskettäin" | "nyligen tillfrågad" | "recently asked",
        Died "died" = "kuollut" | "avliden" | "died",
    }
    /// How interpreting is given.
    InterpretingMode "interpreting_mode" {
        Ai "ai" = "tekoälytulkkaus" | "AI-tolkning" | "AI interpreting",
        Remote "remote" = "etätulkkaus" | "distanstolkning" | "remote interpreting",
        OnSite "on_site" = "läsnäolotulkkaus" | "tolkning på plats" | "on-site interpreting",
    }
    /// State of an observed phenomenon in structural social work.
    PhenomenonStatus "phenomenon_status" {
        Reported "reported" = "kirjattu" | "rapporterad" | "reported",
        InHandling "in_handling" = "käsittelyssä" | "behandlas" | "in handling",
        Decided "decided" = "päätetty" | "beslutad" | "decided",
        Closed "closed" = "suljettu" | "avslutad" | "closed",
    }
    /// Length of the period a count of visitors covers.
    Grain "grain" {
        Day "day" = "päivä" | "dag" | "day",
        Month "month" = "kuukausi" | "månad" | "month",
        Year "year" = "vuosi" | "år" | "year",
    }
    /// Kind of cost.
    CostKind "cost_kind" {
        Staff "staff" = "henkilöstö" | "personal" | "staff",
        AgencyStaff "agency_staff" = "vuokrahenkilöstö" | "inhyrd personal" | "agency staff",
        Purchased "purchased" = "ostopalvelut" | "köpta tjänster" | "purchased services",
        Premises "premises" = "tilat" | "lokaler" | "premises",
        Ict "ict" = "ICT" | "IKT" | "ICT",
        Platform "platform" = "digialusta" | "digital plattform" | "digital platform",
        Laboratory "laboratory" = "laboratorio" | "laboratorium" | "laboratory",
        Imaging "imaging" = "kuvantaminen" | "bilddiagnostik" | "imaging",
        Medicines "medicines" = "lääkkeet" | "läkemedel" | "medicines",
        Specialised "specialised" = "erikoissairaanhoito" | "specialsjukvård" | "specialised care",
        Interpreting "interpreting" = "tulkkaus" | "tolkning" | "interpreting",
        Other "other" = "muu" | "övrigt" | "other",
    }
    /// Nature of an amount of cost.
    Scenario "scenario" {
        Actual "actual" = "toteuma" | "utfall" | "actual",
        Budget "budget" = "talousarvio" | "budget" | "budget",
        Calculated "calculated" = "laskennallinen" | "kalkylerad" | "calculated",
    }
}

impl Modality {
    /// Contact mode of the national care register (Avohilmo, *yhteystapa*).
    pub fn hilmo(self) -> &'static str {
        match self {
            Modality::InPerson => "R10",
            Modality::Home => "R20",
            Modality::Workplace => "R30",
            Modality::Institution => "R40",
            Modality::Elsewhere => "R41",
            Modality::Phone | Modality::Video | Modality::Chat => "R52",
            Modality::Message | Modality::Letter => "R56",
            Modality::Consultation => "R60",
            Modality::Meeting => "R71",
            Modality::CaseWork => "R72",
            Modality::Ward => "R80",
            Modality::Other => "R90",
        }
    }
}
