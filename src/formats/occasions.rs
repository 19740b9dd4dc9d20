//! When and where a programme can be taken, as systems with classes and terms want it told: one occasion for each
//! offering, and one that is always open for a programme of which no offering is known.

use uuid::Uuid;

use crate::model::codes::StatusTerm;
use crate::model::entry::Programme;
use crate::model::members::members;
use crate::model::programme::Offering;
use crate::model::text::{DeliveryModeCode, Line, OrganiserRef, PartialDate};

/// A chance to take a programme.
#[derive(Debug)]
pub struct Occasion<'a> {
    /// Its id for outside systems; it never changes.
    pub uid: Uuid,
    /// The offering; none for what is always open.
    pub offering: Option<&'a Offering>,
    /// Whether it can still be taken.
    pub is_open: bool,
}

/// The year that a session is in, or that it is always open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Session {
    /// At any time, or when is not known.
    Open,
    /// The financial year that begins in April of this year.
    FinancialYear(i16),
}

/// Whether a programme of this status takes anybody new. Of what is not known to be over, nothing else is said.
const fn takes_new(status: StatusTerm) -> bool {
    match status {
        StatusTerm::OnHold | StatusTerm::Converted | StatusTerm::Replaced | StatusTerm::Historic => false,
        StatusTerm::Running | StatusTerm::AsListed2018 | StatusTerm::Unknown => true,
    }
}

/// The occasions of a programme that has a uid. The one without dates stays, closed, once an offering was known, be it
/// withdrawn since: whoever was told of it is told that it is not there any more.
#[must_use]
pub fn occasions(programme: &Programme, is_there: bool) -> Vec<Occasion<'_>> {
    let programme_uid = programme.uid.unwrap_or_default();
    let uid = |name: &str| Uuid::new_v5(&programme_uid, name.as_bytes());
    let is_there = is_there && takes_new(programme.status.term);
    let open = Occasion { uid: uid("open"), offering: None, is_open: is_there && programme.offerings.is_empty() };
    let offered = programme.offerings.iter().map(|offering| Occasion {
        uid: uid(&format!("offering/{}", offering.id.as_str())),
        offering: Some(offering),
        is_open: is_there && !offering.withdrawn,
    });
    std::iter::once(open).chain(offered).collect()
}

/// The sessions that the offerings of a programme are in, given everything about it as JSON.
#[must_use]
pub fn sessions(json: &[u8]) -> Vec<Session> {
    let [offerings] = members(json, ["offerings"]);
    let offerings: Vec<Offering> =
        offerings.and_then(|offerings| serde_json::from_str(offerings).ok()).unwrap_or_default();
    offerings.iter().map(Session::of).collect()
}

impl Occasion<'_> {
    /// The session it is in.
    #[must_use]
    pub fn session(&self) -> Session {
        self.offering.map_or(Session::Open, Session::of)
    }

    /// What it is called: the programme's title, and what tells it from other occasions.
    #[must_use]
    pub fn title(&self, programme: &Programme) -> String {
        let title = programme.title.as_str();
        let Some(offering) = self.offering else { return title.to_owned() };
        let start = offering.start.as_ref().map(PartialDate::as_str);
        let place = offering.place.as_ref().map(Line::as_str);
        let known: Vec<&str> = start.into_iter().chain(place).collect();
        let told = if known.is_empty() { offering.id.as_str().to_owned() } else { known.join(", ") };
        format!("{title} ({told})")
    }

    /// Who runs it: the offering's organiser, or the programme's provider.
    #[must_use]
    pub fn organiser(&self, programme: &Programme) -> OrganiserRef {
        let organiser = self.offering.and_then(|offering| offering.organiser.clone());
        organiser.unwrap_or_else(|| OrganiserRef(format!("provider/{}", programme.provider.as_str())))
    }

    /// The modes it is delivered in, as far as they are stated.
    #[must_use]
    pub fn modes<'a>(&'a self, programme: &'a Programme) -> &'a [DeliveryModeCode] {
        let own = self.offering.and_then(|offering| offering.modes.as_deref());
        own.or_else(|| programme.delivery.as_ref()?.modes.as_deref()).unwrap_or_default()
    }
}

impl Session {
    /// The session that an offering is in: by the month it begins in, where that is stated.
    #[must_use]
    pub fn of(offering: &Offering) -> Self {
        let month = |start: &str| {
            let (year, month) = (start.get(..4)?.parse::<i16>().ok()?, start.get(5..7)?.parse::<i16>().ok()?);
            Some(if month < 4 { year - 1 } else { year })
        };
        let start = offering.start.as_ref().and_then(|start| month(start.as_str()));
        // A year of another century is a slip of whoever wrote it: the report on OneRoster says that it counts for none.
        start.filter(|year| (2000..2099).contains(year)).map_or(Self::Open, Self::FinancialYear)
    }

    /// Its id: `open`, or as `fy-2026-27`.
    #[must_use]
    pub fn id(self) -> String {
        match self {
            Self::Open => "open".to_owned(),
            Self::FinancialYear(year) => format!("fy-{year:04}-{:02}", (year + 1) % 100),
        }
    }

    /// Its name.
    #[must_use]
    pub fn title(self) -> String {
        match self {
            Self::Open => "Open, or no dates stated".to_owned(),
            Self::FinancialYear(year) => format!("Financial year {year:04}/{:02}", (year + 1) % 100),
        }
    }

    /// The Aprils on whose first days it begins and is over; the one that is always open has none.
    #[must_use]
    pub const fn years(self) -> Option<(i16, i16)> {
        match self {
            Self::Open => None,
            Self::FinancialYear(year) => Some((year, year + 1)),
        }
    }
}

/// How it is delivered in the three ways that learning systems know; `None` where the modes stated do not tell.
#[must_use]
pub fn course_format(modes: &[DeliveryModeCode]) -> Option<&'static str> {
    let any = |codes: &[&str]| modes.iter().any(|mode| codes.contains(&mode.as_str()));
    let online = any(&["online-self-paced", "virtual-campus", "online-facilitated-group", "workshop-virtual"]);
    let in_person = any(&["workshop-in-person", "residential"]);
    match (online, in_person) {
        (true, true) => Some("blended"),
        (false, true) => Some("on_campus"),
        // A workshop, coaching or work may be anywhere: that all of it is online is then not stated.
        (true, false) => {
            let rest = any(&[
                "workshop",
                "local-delivery",
                "action-learning",
                "coaching",
                "mentoring",
                "work-based",
                "tutorial",
                "one-to-one-matching",
            ]);
            (!rest).then_some("online")
        }
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_financial_years() {
        let fy = Session::FinancialYear(2099);
        assert_eq!((fy.id(), fy.title()), ("fy-2099-00".to_owned(), "Financial year 2099/00".to_owned()));
        assert_eq!(Session::FinancialYear(206).id(), "fy-0206-07");
        assert_eq!(Session::FinancialYear(2026).years(), Some((2026, 2027)));
        assert_eq!((Session::Open.id(), Session::Open.years()), ("open".to_owned(), None));
    }

    #[test]
    fn a_format_is_told_only_where_the_modes_tell() {
        let format = |codes: &[&str]| {
            let modes: Vec<DeliveryModeCode> = codes.iter().map(|code| DeliveryModeCode((*code).to_owned())).collect();
            course_format(&modes)
        };
        assert_eq!(format(&["online-self-paced"]), Some("online"));
        assert_eq!(format(&["online-self-paced", "residential"]), Some("blended"));
        assert_eq!(format(&["workshop-in-person", "coaching"]), Some("on_campus"));
        assert_eq!(format(&["online-self-paced", "workshop"]), None);
        assert_eq!(format(&["coaching"]), None);
        assert_eq!(format(&[]), None);
    }
}
