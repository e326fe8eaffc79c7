//! `luotsi serve`: pages over a data directory.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use analytics::lake::{Lake, make_private};
use analytics::lock::importing;
use analytics::{Error, Result};
use calendar::Calendar;
use content::Library;
use identity::{Accounts, Provider};
use kinds::Kinds;
use operations::dispatches::Says;
use ports::relay::{self, Relay};
use ports::{Heard, Outbox};
use store::{Alone, Filter, Keys, Location, Log, Store};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use web::{App, DemoClock, Figures, Parts, PublishFigures, Service, Strangers, tell};

use crate::contents::Contents;
use crate::demo::Living;
use crate::follower::Follower;
use crate::heads::{Heads, Of};
use crate::imports::Files;
use crate::last_read::LastRead;
use crate::place::{Place, told};
use crate::published::Publication;
use crate::settings::Settings;
use crate::{clock, contents, now, runtime};

/// How often it is looked whether facts are newer than what is published.
const LOOK: Duration = Duration::from_secs(15);
/// After so many looks facts that keep moving are published as they are.
const LONGEST_MOVING: u32 = 2;
/// By so much clocks differ without a word, in microseconds.
const LEEWAY: i64 = 60_000_000;
/// After failures it is looked less and less often.
const LONGEST_PAUSE: Duration = Duration::from_mins(10);

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    serving: Serving,
}

#[derive(clap::Args, Clone, Copy)]
pub struct Serving {
    /// Address to serve on.
    #[arg(long, env = "LUOTSI_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Address for /metrics alone. Without it a server on loopback answers /metrics beside its pages, another does not.
    #[arg(long, env = "LUOTSI_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,
    /// Seconds after which what happened in the log is in the facts; by default 60, and 15 in the demo.
    #[arg(long, env = "LUOTSI_FACTS_EVERY", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub facts_every: Option<u64>,
}

impl Serving {
    /// How often what happened in the log is brought into the facts.
    fn facts_every(&self, demo: bool) -> Duration {
        let seconds = self.facts_every.unwrap_or(if demo { 15 } else { 60 });
        Duration::from_secs(if clock::stands() { 1 } else { seconds })
    }
}

pub fn run(arguments: &Arguments) -> Result<()> {
    serve(&arguments.place, arguments.serving, None)
}

/// Serves until it is asked to end. `living`: the demo county, where one signs in by choosing a role.
pub fn serve(place: &Place, serving: Serving, living: Option<Living>) -> Result<()> {
    let (data, demo) = (place.path(), living.is_some());
    place.check_format()?;
    make_private(data)?;
    let _serving = analytics::lock::serving(data)?;
    let _alone = match place.location() {
        Location::Database(url) => Some(Alone::on(&url).map_err(told)?),
        Location::File(_) | Location::Memory => None,
    };
    let runtime = runtime()?;
    let ended = runtime.block_on(async {
        let listener = bind(serving.listen, "--listen").await?;
        let metrics = serving.metrics_listen.map(|address| bind(address, "--metrics-listen"));
        let metrics = futures::future::OptionFuture::from(metrics).await.transpose()?;
        // Made where there is none; a fault of it is reported with the figures.
        let _ = Lake::open(data);
        let last = LastRead::read(&place.snapshots());
        let (publication, version) = publication(data, &last).await;
        let keys = Arc::new(place.keys()?);
        let kinds = place.kinds(&keys, now).await?;
        let accesses = place.accesses_log(&keys, kinds.store.log(), now).await?;
        tell_of_risks(kinds.store.log()).await?;
        let (library, contents) = contents::publish(data, kinds.store.log(), publication.units(), demo).await?;
        let settings = settings(place, &publication)?;
        keep_read(place, &publication);
        let at = listener.local_addr().map_err(|error| Error::new(error.to_string()))?;
        let (outbox, ice) = (outbox(&kinds, data, &settings, demo.then_some(at)), ice(&kinds, &settings));
        let names = if demo && serving.listen.ip().is_loopback() { &OF_THIS_MACHINE[..] } else { &[] };
        let strangers = strangers(&settings, names);
        let (accounts, provider, strong) = ways_in((&kinds, data, demo), &settings, &keys)?;
        web::tell_time_by(now);
        let (living, clock) = match living {
            Some(living) if clock::stands() => (None, Some(demo_clock(living, &kinds, place))),
            other => (other, None),
        };
        let app = App::new(Parts {
            figures: Arc::new(publication),
            imports: Arc::new(Files::of(data)),
            scorecards: web::shipped_scorecards(),
            kinds: kinds.clone(),
            accesses: accesses.clone(),
            services: services(settings),
            token_key: keys.derived(TOKENS),
            accounts,
            provider,
            strong,
            demo,
            cast: if demo { cast() } else { Vec::new() },
            clock,
            hooks: Some(hear(outbox.hooks())),
            ice,
            metrics: metrics.is_none() && serving.listen.ip().is_loopback(),
            secret,
            strangers,
            data: Some(data.to_path_buf()),
        });
        let (served, followed) = (place.clone(), Arc::clone(&app));
        let publishing = beside("publisher", move || follow(&served, &followed, version))?;
        if let Some(metrics) = metrics {
            tokio::spawn(web::serve_metrics(metrics, Arc::clone(&app)));
        }
        let mut follower = Follower::new(kinds.clone(), data, &place.snapshots());
        app.followed(follower.pos());
        let (every, watched, followed_data) = (serving.facts_every(demo), Arc::clone(&app), data.to_path_buf());
        let following_facts = beside("follower of the log", move || match crate::runtime() {
            Ok(runtime) => runtime.block_on(to_facts(&mut follower, every, &watched, &followed_data)),
            Err(error) => eprintln!("error: {error}"),
        })?;
        go_on(living, &kinds)?;
        let clocks = tokio::spawn(run_clocks(kinds.clone(), Arc::clone(&app), (library, contents, outbox)));
        let ends_of = [(Of::Events, kinds.store.log().clone()), (Of::Accesses, accesses.clone())];
        let noting = tokio::spawn(note_on(place.heads(&keys), ends_of.clone()));
        let ends_noting = noting.abort_handle();
        let told_to_end = told_to_end();
        eprintln!("serving on http://{at}");
        // It goes on until the last answer is given: who waits for an answer waits for the view.
        let followed = kinds.store.clone();
        let mut following = tokio::spawn(async move { followed.follow().await });
        let (log, fatal) = (kinds.store.log().clone(), Arc::new(OnceLock::new()));
        let slot = Arc::clone(&fatal);
        let ends = async move {
            let why = tokio::select! {
                () = told_to_end => return,
                ended = &mut following => ended.map_or_else(|error| Error::new(error.to_string()), told),
                () = log.stopped() => stopped("log"),
                () = accesses.stopped() => stopped("record of accesses"),
                _ = publishing => ended_by_itself("publisher"),
                // Neither ever ends: one that is gone died, and nobody would notice.
                _ = clocks => ended_by_itself("clocks"),
                _ = noting => ended_by_itself("noting where the logs end"),
                _ = following_facts => ended_by_itself("follower of the log"),
            };
            // The reason is said before anything else can go wrong. Acknowledged messages are on disk; a client without
            // an answer asks again.
            eprintln!("error: {why}");
            let _ = slot.set(why);
            tokio::spawn(async {
                tokio::time::sleep(LONGEST_END).await;
                std::process::exit(1);
            });
        };
        web::serve(listener, app, ends).await;
        if fatal.get().is_some() {
            return Err(Error::new("the server ended by itself"));
        }
        ends_noting.abort();
        leave(&kinds.store, &mut place.heads(&keys), &ends_of).await;
        Ok(())
    });
    // A thread that waits for its turn does not keep the program.
    runtime.shutdown_timeout(GRACE);
    ended
}

/// Notes again and again where the logs end.
async fn note_on(mut heads: Heads, logs: [(Of, Log); 2]) {
    loop {
        note(&mut heads, &logs).await;
        tokio::time::sleep(NOTED_EVERY).await;
    }
}

/// Writes down what the next start reads, so that a copy of the files of a server that has ended is a copy of all of it.
async fn leave(store: &Store, heads: &mut Heads, logs: &[(Of, Log)]) {
    if let Err(error) = store.keep() {
        eprintln!("warning: the next start reads the whole log: {error}");
    }
    note(heads, logs).await;
    for (_, log) in logs {
        let _ = log.settle().await;
    }
}

/// The publication shown first, and the version of the facts that it was made from.
async fn publication(data: &Path, last: &LastRead) -> (Publication, u64) {
    match Publication::load(data, None).await {
        Ok(publication) => {
            let version = publication.version();
            (publication, version)
        }
        // A mistake in a measure is no reason to leave residents without an answer.
        Err(error) => {
            eprintln!("error: {error}");
            eprintln!("no figures are shown until that is mended; contacts go on");
            // No version is this one: it is tried again.
            (Publication::without_figures(data, last).await, u64::MAX)
        }
    }
}

/// Strikes what falls due, has calendars give their times, and sends what waits, for ever.
async fn run_clocks(kinds: Kinds, app: Arc<App>, (library, contents, outbox): (Library, Contents, Outbox)) {
    let look = if clock::stands() { SENT_EVERY / 10 } else { SENT_EVERY };
    let times = publish_times(&kinds, app, (library, contents));
    let telephony = outbox.telephony();
    tokio::join!(kinds.store.run_clocks(), times, outbox.run(look), tell_of_late(&kinds), telephony.run(look));
}

/// Has whoever leads told of contacts that nobody has answered in time, for ever.
async fn tell_of_late(kinds: &Kinds) {
    loop {
        kinds.tell_of_late().await;
        tokio::time::sleep(LATE_EVERY).await;
    }
}

/// Reads what the national register tells of mandates, for ever. In a demonstration its people are those of the cast.
fn mandates(kinds: &Kinds, data: &Path, key: [u8; 32], demo: bool) -> impl Future<Output = ()> + Send + use<> {
    let (kinds, data) = (kinds.clone(), data.to_path_buf());
    let of_cast = |code: &str| {
        let member = county::CAST.iter().find(|it| it.identity_code == code)?;
        Some((matter::Subject(member.source_id().parse().ok()?), member.born()?))
    };
    let person: ports::register::Person = match demo {
        true => Box::new(of_cast),
        false => Box::new(move |code| web::subject_of(&key, code)),
    };
    async move { ports::register::mandates(&kinds, &data, person, SENT_EVERY).await }
}

/// Has the calendars in force give their times, for ever: days come near enough, and others come into force, as do ports and
/// all that another server publishes.
async fn publish_times(kinds: &Kinds, app: Arc<App>, (mut library, contents): (Library, Contents)) {
    let mut published = kinds.publications.listen();
    loop {
        if let Some(today) = Calendar::shipped().local_date(now()) {
            app.take_content(&library, today);
        }
        app.publish_times().await;
        if tokio::time::timeout(TIMES_EVERY, published.changed()).await.is_ok() {
            match contents.hear(kinds.store.log()).await {
                Ok(heard) => library = heard,
                // The content in force goes on.
                Err(error) => eprintln!("warning: content that another server has published is not read: {error}"),
            }
        }
    }
}

/// The residents as whom a visitor of the demo signs in.
fn cast() -> Vec<web::Member> {
    let member = |it: &county::Member| {
        let (id, born) = (it.source_id().parse().ok()?, it.born()?);
        let (word, name, protected) = (it.word.into(), it.name.into(), it.is_protected());
        Some(web::Member { word, name, id, born, protected })
    };
    county::CAST.iter().filter_map(member).collect()
}

/// Lets the demo county go on, on a thread of its own. That it goes on no more keeps nobody from using it.
fn go_on(living: Option<Living>, kinds: &Kinds) -> Result<()> {
    let Some(living) = living else { return Ok(()) };
    let kinds = kinds.clone();
    let ended = beside("demo county", move || match crate::runtime() {
        Ok(runtime) => runtime.block_on(living.go_on(kinds)),
        Err(error) => eprintln!("error: {error}"),
    })?;
    drop(ended);
    Ok(())
}

/// The purposes for which the keys of tokens and of local accounts are derived.
pub const TOKENS: &str = "tokens";
/// How often it is looked what waits to be sent.
const SENT_EVERY: Duration = Duration::from_secs(2);
pub const ACCOUNTS: &str = "accounts";
/// Keeps the secret by which the identity provider knows this server.
const PROVIDER_SECRET: &str = "LUOTSI_PROVIDER_SECRET";
/// Keeps that by which the provider of strong identification knows it.
const STRONG_SECRET: &str = "LUOTSI_STRONG_SECRET";
/// How often the identity provider is asked what it is; and how soon again where it did not answer, at first and at most.
const ASKED_EVERY: Duration = Duration::from_hours(1);
const ASKED_AGAIN: (Duration, Duration) = (Duration::from_secs(2), Duration::from_mins(5));
/// How often it is looked for contacts that have become late.
const LATE_EVERY: Duration = Duration::from_mins(1);
/// How often it is looked for days whose times are to be seen.
const TIMES_EVERY: Duration = Duration::from_mins(10);
/// How often it is noted where the logs end.
const NOTED_EVERY: Duration = Duration::from_mins(5);
/// How long what runs beside the requests has to end.
const GRACE: Duration = Duration::from_secs(2);
/// After so long a server that must not go on is ended, whoever still waits.
const LONGEST_END: Duration = Duration::from_secs(10);

/// Does work that never ends on a thread of its own, where it may wait; what it gives is heard when it has ended all the
/// same, which is a mistake of ours.
fn beside(name: &str, work: impl FnOnce() + Send + 'static) -> Result<oneshot::Receiver<()>> {
    let (end, ended) = oneshot::channel();
    let work = move || {
        let _end: oneshot::Sender<()> = end;
        work();
    };
    let begun = std::thread::Builder::new().name(name.into()).spawn(work);
    begun.map_err(|error| Error::new(format!("the {name} cannot begin: {error}")))?;
    Ok(ended)
}

fn ended_by_itself(what: &str) -> Error {
    Error::new(format!("the {what} has ended by itself"))
        .remedy("start again: nothing acknowledged is lost; what it said before it ended stands above")
}

fn stopped(what: &str) -> Error {
    Error::new(format!("the {what} can take no more"))
        .remedy("see to the disk, then start again: nothing acknowledged is lost")
}

/// Waits until the server is asked to end. It listens from the call on: a person who knows the address may ask at once.
fn told_to_end() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = [SignalKind::terminate(), SignalKind::interrupt()].map(|kind| signal(kind).ok());
    async move {
        let heard = signals.into_iter().flatten().map(|mut signal| Box::pin(async move { signal.recv().await }));
        match heard.collect::<Vec<_>>() {
            none if none.is_empty() => std::future::pending().await,
            heard => drop(futures::future::select_all(heard).await),
        }
    }
}

/// Keeps what the desk needs of the facts for a start at which they cannot be read.
fn keep_read(place: &Place, publication: &Publication) {
    if publication.is_of_facts()
        && let Err(error) = LastRead::of(publication).keep(&place.snapshots())
    {
        tell(&format!("warning: {error}"));
    }
}

/// The settings. Wrong ones are reported, and those read last go on; where none were, a service of no unit is no start:
/// its contacts would wait unseen.
fn settings(place: &Place, publication: &Publication) -> Result<Settings> {
    let error = match right_settings(place.path(), publication) {
        Ok(settings) => {
            if let Err(error) = Settings::keep(place.path()) {
                tell(&format!("warning: {error}"));
            }
            return Ok(settings);
        }
        Err(error) => error,
    };
    let usual = || Settings::read(place.path()).is_err().then(Settings::default);
    let Some(last) = Settings::kept(place.path()).or_else(usual) else { return Err(error) };
    tell(&format!("error: {error}"));
    tell("the settings that were read last, or the usual ones, hold until that is mended and the server starts again");
    Ok(last)
}

/// The settings, if each service names a unit that there is, where any are known.
fn right_settings(data: &Path, publication: &Publication) -> Result<Settings> {
    let settings = Settings::read(data)?;
    let mut services = settings.services.iter();
    let unknown = services.find(|it| !publication.units().iter().any(|unit| unit.id == it.unit));
    if let Some(service) = unknown.filter(|_| !publication.units().is_empty()) {
        return Err(Error::new(format!(
            "the service {} names the unit {}, and there is none",
            service.id, service.unit
        ))
        .at(data.join("county.toml").display())
        .remedy("name a unit that `luotsi sql \"SELECT unit_id FROM units\"` lists: its contacts would wait unseen"));
    }
    Ok(settings)
}

/// Services that residents can write about.
fn services(settings: Settings) -> Vec<Service> {
    let service = |it: crate::settings::Service| Service {
        id: it.id,
        unit: it.unit,
        queue: it.queue.as_deref().map(Into::into),
        names: [it.name.fi, it.name.sv, it.name.en],
    };
    settings.services.into_iter().map(service).collect()
}

/// Names of this machine. A demo that only this machine reaches answers under them alone: under another name somebody
/// else's page would ask.
const OF_THIS_MACHINE: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// The sender, with the settings of ports, each with its secret from the environment: `LUOTSI_PORT_SMS_SECRET`. Residents sign
/// in at the first name of the server. `demo`: the address of a demonstration, where they may sign in at that, and files stand
/// in for each port without settings.
fn outbox(kinds: &Kinds, data: &Path, settings: &Settings, demo: Option<SocketAddr>) -> Outbox {
    let named = settings.hosts.first().map(|host| format!("https://{host}/"));
    let home = named.or_else(|| demo.map(|at| format!("http://{at}/")));
    let words = home.map(|home| -> ports::Words {
        Box::new(move |says: Says, language: &str| web::words_of(says, language, &home))
    });
    let usual = ports::Settings { url: demo.map(|_| ports::FILES.into()), ..ports::Settings::default() };
    let of = |(id, port): (&String, &crate::settings::Port)| {
        let secret = secret_of_port(id);
        (id.clone(), ports::Settings { url: port.url.clone(), from: port.from.clone(), secret })
    };
    Outbox::new(kinds.clone(), data, (settings.port.iter().map(of).collect(), usual), words, ports::STEP)
}

/// Hears signed requests for the ports.
fn hear(hooks: ports::Hooks) -> web::Hear {
    Arc::new(move |port: &str, signature: &str, body: &[u8]| match hooks.hear(port, signature, body) {
        Heard::Kept => 204,
        Heard::Nothing => 404,
        Heard::Forged => 403,
        Heard::TooLarge => 413,
        Heard::Busy => 503,
    })
}

/// The servers by which browsers find each other for a visit by video, as the settings name them; how they stand is told.
fn ice(kinds: &Kinds, settings: &Settings) -> web::IceServers {
    let urls = settings.port.get(relay::VIDEO).map_or_else(Vec::new, |port| port.urls.clone());
    let relay = Relay::new(urls, secret_of_port(relay::VIDEO));
    kinds.ports.stands(relay::VIDEO, relay.standing(kinds.store.now()));
    Box::new(move |now| relay.servers(now))
}

/// The secret of a port: `LUOTSI_PORT_SMS_SECRET`.
fn secret_of_port(id: &str) -> Option<String> {
    secret_of(&format!("LUOTSI_PORT_{}_SECRET", id.to_uppercase().replace('-', "_")))
}

/// A secret that the county keeps for somebody else; empty is none.
#[expect(clippy::disallowed_methods, reason = "a secret stands in no argument, which others of the machine may read")]
fn secret_of(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|secret| !secret.is_empty())
}

/// The limits for strangers; `names`: others under which the server is asked.
fn strangers(settings: &Settings, names: &[&str]) -> Strangers {
    Strangers {
        contacts_per_address: settings.limits.contacts_per_address,
        messages_per_contact: settings.limits.messages_per_contact,
        proxies: settings.trusted_proxy.clone(),
        hosts: settings.hosts.iter().cloned().chain(names.iter().map(ToString::to_string)).collect(),
    }
}

/// Local accounts, and the identity providers that the settings name: of staff, and of residents. From now on it is read who may
/// act for whom.
fn ways_in(
    (kinds, data, demo): (&Kinds, &Path, bool),
    settings: &Settings,
    keys: &Keys,
) -> Result<(Arc<Accounts>, Provided, Provided)> {
    tokio::spawn(mandates(kinds, data, keys.derived(TOKENS), demo));
    let accounts = Accounts::open(Some(&data.join(identity::FILE)), keys.derived(ACCOUNTS)).map_err(told)?;
    let provider = way_in(data, settings.provider.as_ref(), PROVIDER_SECRET, "staff sign in otherwise");
    let strong = way_in(data, settings.strong.as_ref(), STRONG_SECRET, "residents write without a name");
    Ok((Arc::new(accounts), provider, strong))
}

/// A provider, where the settings name one.
type Provided = Option<Arc<Provider>>;

/// An identity provider that the settings name, which is asked from now on; `else_so`: what is so without it.
fn way_in(
    data: &Path,
    settings: Option<&crate::settings::Provider>,
    secret: &str,
    else_so: &'static str,
) -> Option<Arc<Provider>> {
    let it = settings?.clone();
    let settings = identity::Settings {
        issuer: it.issuer,
        client_id: it.client_id,
        secret: secret_of(secret),
        address: it.address,
        person: it.person_claim,
        scopes: it.scopes,
        strength: it.strength,
        protected: it.protected_claim,
    };
    // A slip in it is no reason to leave residents without an answer.
    let made = Provider::new(settings).map_err(told).map_err(|error| error.at(data.join("county.toml").display()));
    let provider = Arc::new(made.inspect_err(|error| tell(&format!("error: {error}; {else_so}"))).ok()?);
    tokio::spawn(keep_asking(Arc::clone(&provider), else_so));
    Some(provider)
}

/// Asks the identity provider what it is, again and again: the server starts without it, and its keys change.
async fn keep_asking(provider: Arc<Provider>, else_so: &'static str) {
    let (first, most) = ASKED_AGAIN;
    let mut pause = first;
    loop {
        let asked = Arc::clone(&provider);
        match tokio::task::spawn_blocking(move || asked.ask()).await {
            Ok(Ok(())) => {
                tokio::time::sleep(ASKED_EVERY).await;
                pause = first;
            }
            Ok(Err(error)) => {
                tell(&format!("warning: {error}; {else_so} until then"));
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(most);
            }
            Err(_) => return,
        }
    }
}

/// Notes where the logs end. That it could not be noted keeps nobody from their work.
async fn note(heads: &mut Heads, logs: &[(Of, Log)]) {
    for (of, log) in logs {
        if let Err(error) = heads.note(*of, log).await {
            tell(&format!("warning: {error}"));
        }
    }
}

/// Says so when the log has been written at a time that is not yet: its own time stands still until then; and when its
/// database does not keep what it is given.
async fn tell_of_risks(log: &Log) -> Result<()> {
    let head = log.read_all(0, Filter::default(), 0).await.map_err(told)?.head;
    let last = log.read_all(head.saturating_sub(1), Filter::default(), 1).await.map_err(told)?.events;
    if let Some(last) = last.first().filter(|event| event.recorded > now() + LEEWAY) {
        let at = analytics::measure::instant_text(last.recorded);
        eprintln!(
            "warning: the log was last written at {at}, which is not yet: the clock was ahead then, or is behind now"
        );
    }
    for setting in log.risks().await.map_err(told)? {
        eprintln!("warning: the database has {setting} = off: what is acknowledged can be lost or spoilt; set it on");
    }
    Ok(())
}

/// Brings what happens in the log into the facts, round after round.
///
/// Until it has all of it nothing is published: half a log could hide for ever what the whole would not.
async fn to_facts(follower: &mut Follower, every: Duration, app: &App, data: &Path) {
    let mut catching_up = importing(data).ok();
    loop {
        let pause = match follower.round().await {
            Ok(followed) => {
                app.followed(followed.pos);
                catching_up = catching_up.filter(|_| !followed.all);
                if !followed.all && catching_up.is_none() {
                    catching_up = importing(data).ok();
                }
                if followed.all { every } else { Duration::ZERO }
            }
            Err(error) => {
                tell(&format!("error: the facts cannot follow the log, and try again: {error}"));
                every
            }
        };
        tokio::time::sleep(pause).await;
    }
}

async fn bind(address: SocketAddr, flag: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        Error::new(format!("cannot listen on {address}: {error}")).remedy(format!("another address with {flag}"))
    })
}

/// Publishes again when newer facts have been committed and stand still, or another day has begun. On a thread of its
/// own, so that pages do not wait for it.
fn follow(place: &Place, app: &App, mut version: u64) {
    let data = place.path();
    let calendar = Calendar::shipped();
    let today = || calendar.local_date(now());
    let look = if clock::stands() { LOOK / 60 } else { LOOK };
    let (mut published, mut pause, mut seen, mut moved) = (today(), look, version, 0);
    loop {
        std::thread::sleep(pause);
        if app.figures_wait() {
            continue;
        }
        let newer = Lake::existing(data).and_then(|lake| lake.snapshot()).map_or(version, |it| it.version());
        let stands_still = std::mem::replace(&mut seen, newer) == newer;
        // An import is waited for; a log that brings something every minute is not.
        moved = if stands_still { 0 } else { moved + 1 };
        if (moved > 0 && moved < LONGEST_MOVING) || (newer == version && today() == published) {
            continue;
        }
        moved = 0;
        match runtime().and_then(|runtime| runtime.block_on(Publication::load(data, None))) {
            Ok(publication) => {
                (version, published, pause) = (publication.version(), today(), look);
                keep_read(place, &publication);
                app.publish(Arc::new(publication));
                if version < u64::MAX {
                    tell(&format!("published version {version} of the facts"));
                }
            }
            Err(error) => {
                pause = (pause * 2).min(LONGEST_PAUSE);
                tell(&format!("error: cannot publish newer facts, the older ones stay: {error}"));
            }
        }
    }
}

/// The clock of a demo county, which stands. Figures are published on a thread of their own.
fn demo_clock(living: Living, kinds: &Kinds, place: &Place) -> DemoClock {
    let data = place.path().to_path_buf();
    let publish: PublishFigures = Box::new(move |measures| {
        let data = data.clone();
        let load = move || runtime()?.block_on(Publication::load(&data, measures.as_deref()));
        Box::pin(async move {
            match tokio::task::spawn_blocking(load).await {
                Ok(Ok(publication)) => Ok(Arc::new(publication) as Arc<dyn Figures>),
                Ok(Err(error)) => Err(error.to_string()),
                Err(error) => Err(error.to_string()),
            }
        })
    });
    DemoClock { move_to: living.clock(kinds, place), publish }
}

#[expect(clippy::expect_used, reason = "without the system's randomness nobody may be signed in")]
fn secret() -> [u8; 32] {
    use std::io::Read;
    let mut bytes = [0; 32];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .expect("the system's randomness");
    bytes
}
