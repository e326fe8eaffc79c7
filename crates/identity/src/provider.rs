//! Sign-in by an identity provider: OpenID Connect, authorization code with PKCE. Of staff by the county's, of residents by one
//! that identifies them strongly.
//!
//! Everything that goes over the network waits for it: call it where that keeps nobody else waiting.

mod logout;

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AuthenticationContextClass, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret,
    CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse,
    IdTokenClaims, IdTokenFields, IssuerUrl, LogoutRequest, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, Scope, StandardErrorResponse,
    StandardTokenResponse, TokenResponse, url,
};
use serde::{Deserialize, Serialize};
use store::{Error, Result};

/// How long somebody has to sign in at the provider, in microseconds.
const PATIENCE: i64 = 10 * 60_000_000;
/// Sign-ins that are under way at a time; beyond it the oldest begins anew.
const MOST: usize = 10_000;
/// How long one answer of the provider may take, and how large it may be, in bytes.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);
const MOST_ANSWER: u64 = 1 << 20;
/// Keys that are not known are asked for again, at most so often.
const ASKED_AGAIN: Duration = Duration::from_secs(10);
/// How far apart the clocks here and at the provider may stand, in microseconds: five minutes, and the time of an answer.
const LEEWAY: i64 = 6 * 60_000_000;

/// A county's identity provider, as its settings name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The provider's address, under which it describes itself.
    pub issuer: String,
    /// The name under which it knows this server, and the secret that goes with it; none: it has none.
    pub client_id: String,
    pub secret: Option<String>,
    /// The address at which people reach this server, such as `https://yhteys.example.fi`.
    pub address: String,
    /// The claim of the ID token that is the person's id: `sub`, or another such as `employee_id`.
    pub person: String,
    /// Scopes that are asked for beside `openid`, such as `profile`.
    pub scopes: Vec<String>,
    /// How strongly the provider must have made sure of the person (`acr`); none: as it does.
    pub strength: Option<String>,
    /// The claim that says that the person is under a non-disclosure order; none: it does not say so.
    pub protected: Option<String>,
}

/// A county's identity provider.
pub struct Provider {
    settings: Settings,
    agent: ureq::Agent,
    known: RwLock<Option<Known>>,
    /// Sign-ins that are under way, by what the provider gives back.
    under_way: Mutex<HashMap<String, UnderWay>>,
}

/// The provider as it describes itself, and when it was asked.
#[derive(Clone)]
struct Known {
    of: Arc<ProviderMetadataWithLogout>,
    at: Instant,
}

struct UnderWay {
    browser: String,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
    to: Option<String>,
    /// The person must have proven who they are since it began.
    anew: Anew,
    since: i64,
    until: i64,
}

/// A sign-in that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// A secret for the browser alone: the one that comes back must have it.
    pub browser: String,
    /// Where the person signs in.
    pub address: String,
}

/// A person of whom the provider has made sure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    pub person: String,
    /// Where they wanted to go.
    pub to: Option<String>,
    /// Their names, where the provider gives them, and whether they are under a non-disclosure order.
    pub name: Option<String>,
    pub protected: bool,
    /// When they proved who they are, in microseconds since 1970.
    pub at: i64,
    pub known: AtProvider,
}

/// How the provider knows a person, and their session there; empty: it does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AtProvider {
    pub subject: String,
    pub session: String,
}

/// Whether somebody whom the provider knows still is to prove once more who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anew {
    No,
    Yes,
}

/// Why nobody has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It was not begun in this browser, was ended already, or took too long.
    NotBegun,
    /// The provider signed nobody in: they turned back, or it refused.
    Declined,
    /// The provider cannot be reached, or took its answer back.
    Away(String),
    /// Its answer does not hold: why, for those who keep the server.
    Wrong(String),
}

/// Claims that OpenID Connect does not name.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Others(serde_json::Map<String, serde_json::Value>);

impl AdditionalClaims for Others {}

type Fields = IdTokenFields<
    Others,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type Token = StandardTokenResponse<Fields, CoreTokenType>;
type Claims = IdTokenClaims<Others, CoreGenderClaim>;

/// The crate's client for these claims, and for a provider that describes itself.
type Client = openidconnect::Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Token,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl Provider {
    /// A provider that has not been asked yet. Refuses addresses by which passwords and codes would go unencrypted.
    pub fn new(settings: Settings) -> Result<Provider> {
        for (name, address) in [("issuer", &settings.issuer), ("address", &settings.address)] {
            let is_safe = url::Url::parse(address)
                .is_ok_and(|url| url.scheme() == "https" || (url.scheme() == "http" && is_here(&url)));
            if !is_safe {
                return Err(Error::new(format!("{name} = {address:?} of the identity provider is no https address")));
            }
        }
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(ANSWERS_WITHIN))
            // Nothing of a sign-in goes to where an answer points.
            .max_redirects(0)
            .http_status_as_error(false)
            .user_agent("luotsi")
            .build();
        Ok(Provider { settings, agent: config.into(), known: RwLock::default(), under_way: Mutex::default() })
    }

    /// Whether the provider has said what it is.
    pub fn is_known(&self) -> bool {
        self.known().is_some()
    }

    fn known(&self) -> Option<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks the provider what it is, and for its keys.
    pub fn ask(&self) -> Result<()> {
        let broken = |error: &dyn Display| Error::new(format!("the identity provider cannot be asked: {error}"));
        let issuer = IssuerUrl::new(self.settings.issuer.clone()).map_err(|error| broken(&error))?;
        let of = ProviderMetadataWithLogout::discover(&issuer, &|request| self.call(request));
        let of = Arc::new(of.map_err(|error| broken(&whole(&error)))?);
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(Known { of, at: Instant::now() });
        Ok(())
    }

    fn call(&self, request: HttpRequest) -> std::result::Result<HttpResponse, ureq::Error> {
        let answer = match request.body().is_empty() {
            true => self.agent.run(request.map(drop))?,
            false => self.agent.run(request)?,
        };
        let (parts, mut body) = answer.into_parts();
        Ok(HttpResponse::from_parts(parts, body.with_config().limit(MOST_ANSWER).read_to_vec()?))
    }

    fn client(&self, known: &Known) -> Client {
        let (id, secret) = (self.settings.client_id.clone(), self.settings.secret.clone());
        Client::from_provider_metadata((*known.of).clone(), ClientId::new(id), secret.map(ClientSecret::new))
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.settings.address.trim_end_matches('/'))
    }

    /// Begins a sign-in at the provider, which leads back to `path`; none: the provider is not known yet.
    pub fn begin(&self, path: &str, to: Option<String>, anew: Anew, now: i64) -> Option<Begun> {
        let known = self.known()?;
        let back = RedirectUrl::new(self.address(path)).ok()?;
        let client = self.client(&known).set_redirect_uri(back);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let mut request = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
        request = request.set_pkce_challenge(challenge);
        for scope in &self.settings.scopes {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        if let Some(strength) = &self.settings.strength {
            request = request.add_auth_context_value(AuthenticationContextClass::new(strength.clone()));
        }
        if anew == Anew::Yes {
            request = request.set_max_age(Duration::ZERO).add_prompt(CoreAuthPrompt::Login);
        }
        let (address, state, nonce) = request.url();
        let browser = CsrfToken::new_random().into_secret();
        let begun = UnderWay { browser: browser.clone(), nonce, verifier, to, anew, since: now, until: now + PATIENCE };
        let mut all = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, it| now < it.until);
        if all.len() >= MOST
            && let Some(oldest) = all.iter().min_by_key(|(_, it)| it.until).map(|(state, _)| state.clone())
        {
            all.remove(&oldest);
        }
        all.insert(state.into_secret(), begun);
        Some(Begun { browser, address: address.into() })
    }

    /// The person with whom the provider leads back: `state` and `code` as it gave them, `browser` as that one has it.
    pub fn end(
        &self,
        path: &str,
        browser: &str,
        (state, code): (&str, Option<&str>),
        now: i64,
    ) -> std::result::Result<Claimed, Refusal> {
        let begun = self.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(state);
        // Somebody who brings another's answer has used it up, and has nothing of it.
        let begun = begun.filter(|it| now < it.until && it.browser == browser).ok_or(Refusal::NotBegun)?;
        let code = code.ok_or(Refusal::Declined)?;
        let known = self.known().ok_or_else(|| Refusal::Away("it is not known".into()))?;
        let back = RedirectUrl::new(self.address(path)).map_err(|error| Refusal::Wrong(error.to_string()))?;
        let client = self.client(&known).set_redirect_uri(back);
        let asked = client.exchange_code(AuthorizationCode::new(code.into()));
        let asked = asked.map_err(|error| Refusal::Wrong(error.to_string()))?.set_pkce_verifier(begun.verifier);
        let token = asked.request(&|request| self.call(request)).map_err(|error| match error {
            openidconnect::RequestTokenError::ServerResponse(_) | openidconnect::RequestTokenError::Parse(..) => {
                Refusal::Wrong(whole(&error))
            }
            error => Refusal::Away(whole(&error)),
        })?;
        let claims = match self.checked(&token, &begun.nonce, &known, now) {
            // The provider has new keys.
            Err(ClaimsVerificationError::SignatureVerification(_)) if known.at.elapsed() > ASKED_AGAIN => {
                self.ask().map_err(|error| Refusal::Away(error.to_string()))?;
                let known = self.known().ok_or_else(|| Refusal::Away("it is not known".into()))?;
                self.checked(&token, &begun.nonce, &known, now)
            }
            checked => checked,
        };
        let claims = claims.map_err(|error| Refusal::Wrong(whole(&error)))?;
        let person =
            self.person(&claims).ok_or_else(|| Refusal::Wrong(format!("no claim {}", self.settings.person)))?;
        let proven = claims.auth_time().map(|at| at.timestamp_micros());
        if begun.anew == Anew::Yes && proven.is_none_or(|at| at < begun.since.saturating_sub(LEEWAY)) {
            return Err(Refusal::Wrong("the person did not prove anew who they are".into()));
        }
        let at = proven.unwrap_or(now).min(now);
        let (name, protected, known) = (named(&claims), self.is_protected(&claims), at_provider(&claims));
        Ok(Claimed { person, to: begun.to, name, protected, at, known })
    }

    /// The one who has signed out at the provider, by a token that it sends from its side; else why the token does not hold.
    pub fn signed_out(&self, token: &str, now: i64) -> std::result::Result<AtProvider, String> {
        let known = self.known().ok_or("the provider is not known")?;
        let claims = logout::claims(token, known.of.jwks())?;
        logout::said(&claims, (&self.settings.issuer, &self.settings.client_id), now, LEEWAY)
    }

    /// The claims of an ID token that the provider signed for this server and this sign-in.
    fn checked(
        &self,
        token: &Token,
        nonce: &Nonce,
        known: &Known,
        now: i64,
    ) -> std::result::Result<Claims, ClaimsVerificationError> {
        let none = || ClaimsVerificationError::Other("there is no ID token".into());
        let strength = self.settings.strength.clone();
        let is_strong = move |given: Option<&AuthenticationContextClass>| match &strength {
            Some(strength) if given.is_none_or(|given| **given != *strength) => Err("not strong enough".to_string()),
            _ => Ok(()),
        };
        let client = self.client(known);
        let verifier = client.id_token_verifier();
        // Never one that everybody can sign who knows the secret, or nobody at all.
        let verifier = verifier.set_allowed_algs(SIGNED_BY).set_auth_context_verifier_fn(is_strong);
        let (expires, issued) = clocks(now);
        let verifier = verifier.set_time_fn(expires).set_issue_time_verifier_fn(issued);
        token.id_token().ok_or_else(none)?.claims(&verifier, nonce).cloned()
    }

    /// The person's id by the claim that the settings name.
    fn person(&self, claims: &Claims) -> Option<String> {
        match self.settings.person.as_str() {
            "sub" => Some(claims.subject().to_string()),
            "preferred_username" => claims.preferred_username().map(|name| name.to_string()),
            claim => match claims.additional_claims().0.get(claim)? {
                serde_json::Value::String(id) => Some(id.clone()),
                serde_json::Value::Number(id) => Some(id.to_string()),
                _ => None,
            },
        }
    }

    fn is_protected(&self, claims: &Claims) -> bool {
        let claim = self.settings.protected.as_ref().and_then(|claim| claims.additional_claims().0.get(claim));
        claim.is_some_and(|it| match it {
            serde_json::Value::Bool(says_so) => *says_so,
            serde_json::Value::Number(number) => number.as_i64() == Some(1),
            serde_json::Value::String(text) => ["1", "true"].contains(&text.as_str()),
            _ => false,
        })
    }

    /// The origin to which forms may lead, for the provider signs people out there.
    pub fn origin(&self) -> String {
        url::Url::parse(&self.settings.issuer).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
    }

    /// Where somebody signs out of the provider, to come back to the front page; none: it offers nothing of the kind, or at
    /// another origin than its own.
    pub fn sign_out(&self) -> Option<String> {
        let end = self.known()?.of.additional_metadata().end_session_endpoint.clone()?;
        let end = Some(end).filter(|end| end.url().origin().ascii_serialization() == self.origin())?;
        let back = PostLogoutRedirectUrl::new(self.address("/")).ok()?;
        let request = LogoutRequest::from(end).set_client_id(ClientId::new(self.settings.client_id.clone()));
        Some(request.set_post_logout_redirect_uri(back).http_get_url().into())
    }
}

/// The present as a token is held against it by a clock that may be off: by when it has not ended, and whether it is of now.
fn clocks(now: i64) -> (impl Fn() -> DateTime<Utc> + Send + Sync, impl Fn(DateTime<Utc>) -> Checked + Send + Sync) {
    let at = |micros: i64| DateTime::from_timestamp_micros(micros).unwrap_or_default();
    let (early, late) = (at(now.saturating_sub(LEEWAY)), at(now.saturating_add(LEEWAY)));
    let issued = move |at: DateTime<Utc>| if at <= late { Ok(()) } else { Err("it is of later than now".to_string()) };
    (move || early, issued)
}

type Checked = std::result::Result<(), String>;

/// Given names and family name, or the whole name, as far as the provider gives them.
fn named(claims: &Claims) -> Option<String> {
    let given = claims.given_name().and_then(|it| it.get(None)).map(|it| it.to_string());
    let family = claims.family_name().and_then(|it| it.get(None)).map(|it| it.to_string());
    let whole = claims.name().and_then(|it| it.get(None)).map(|it| it.to_string());
    given.zip(family).map(|(given, family)| format!("{given} {family}")).or(whole)
}

fn at_provider(claims: &Claims) -> AtProvider {
    let session = claims.additional_claims().0.get("sid").and_then(|it| it.as_str()).unwrap_or_default().to_string();
    AtProvider { subject: claims.subject().to_string(), session }
}

/// Signatures by a key that only the provider has.
const SIGNED_BY: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

fn is_here(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// An error with all that it came from.
fn whole(error: &dyn std::error::Error) -> String {
    let from = std::iter::successors(error.source(), |error| error.source());
    from.fold(error.to_string(), |told, error| format!("{told}: {error}"))
}
