//! The scalar values entries are made of: slugs, dates, durations, amounts, addresses and text.
//!
//! Each is a string newtype whose schema names a `format`; [`crate::model::shape`] checks the
//! format, so a value of one of these types read through [`crate::model::read`] is well formed.

use serde::{Deserialize, Serialize};
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};

/// What slugs and codes are made of.
pub const SLUG: &str = "^[a-z0-9]+(-[a-z0-9]+)*$";

/// The pattern of a format that is our own.
fn pattern(format: &str) -> Option<&'static str> {
    Some(match format {
        "slug" | "code" => SLUG,
        "entry-reference" => "^[a-z-]+/[a-z0-9]+(-[a-z0-9]+)*$",
        "partial-date" => "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$",
        "decimal" => "^[0-9]+([.][0-9]{2})?$",
        "currency" => "^[A-Z]{3}$",
        _ => return None,
    })
}

/// Builds the schema every string newtype publishes.
fn string_schema(
    description: &str,
    format: Option<&str>,
    max_length: usize,
    example: &str,
    extension: Option<(&str, serde_json::Value)>,
) -> RefOr<Schema> {
    let mut object = ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .description(Some(description))
        .max_length(Some(max_length))
        .examples([serde_json::Value::from(example)]);
    if let Some(pattern) = format.and_then(pattern) {
        object = object.pattern(Some(pattern));
    }
    if let Some(format) = format {
        object = object.format(Some(SchemaFormat::Custom(format.to_owned())));
    }
    if let Some((name, value)) = extension {
        object = object.extensions(Some(ExtensionsBuilder::new().add(name, value).build()));
    }
    object.build().into()
}

/// Declares string newtypes with their published description, format, length limit and example.
macro_rules! string_types {
    ($($(#[doc = $doc:literal])+ $name:ident { $(format: $format:literal,)? max: $max:literal, example: $example:literal $(, $ext:literal: $value:expr)? })+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The value as it is written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                #[allow(unused_mut, unused_assignments)]
                let mut format: Option<&str> = None;
                $(format = Some($format);)?
                #[allow(unused_mut, unused_assignments)]
                let mut extension: Option<(&str, serde_json::Value)> = None;
                $(extension = Some(($ext, serde_json::json!($value)));)?
                string_schema(concat!($($doc),+).trim(), format, $max, $example, extension)
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )+};
}

string_types! {
    /// A readable id for addresses: lower-case letters, digits and single hyphens, unique within a kind, never reused.
    Slug { format: "slug", max: 80, example: "mary-seacole" }
    /// One line of our own words.
    Line { format: "line", max: 300, example: "Six months, part online, for people in their first formal leadership role." }
    /// Our own sentences; paragraphs are separated by an empty line.
    Prose { format: "prose", max: 10_000, example: "A programme for first-time leaders." }
    /// The source's own words, kept short, beside the term we mapped them to.
    AsPrinted { format: "line", max: 400, example: "open to all staff" }
    /// A date as precise as its source: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    PartialDate { format: "partial-date", max: 10, example: "2018-03" }
    /// A length of time as ISO 8601 writes it, such as `P6M`, `PT100H` or `P3D`.
    IsoDuration { format: "duration", max: 40, example: "P6M" }
    /// A decimal amount of money, with two decimals where there are pence.
    Decimal { format: "decimal", max: 20, example: "995" }
    /// An ISO 4217 currency code.
    Currency { format: "currency", max: 3, example: "GBP" }
    /// An absolute http or https address.
    WebAddress { format: "uri", max: 2_000, example: "https://www.leadershipacademy.nhs.uk/programmes/" }
    /// A JSON Pointer (RFC 6901) to a member of the same entry.
    Pointer { format: "json-pointer", max: 200, example: "/audience/levels" }
    /// The id of a source, unique within its entry.
    SourceId { format: "slug", max: 80, example: "blueprint-2018" }
    /// A moment, RFC 3339 in UTC with milliseconds.
    Moment { format: "date-time", max: 24, example: "2026-11-23T09:30:00.000Z" }
    /// The slug of a provider.
    ProviderRef { format: "slug", max: 80, example: "nhs-leadership-academy", "x-reference": ["provider"] }
    /// The slug of a programme.
    ProgrammeRef { format: "slug", max: 80, example: "stepping-up", "x-reference": ["programme"] }
    /// The slug of a framework.
    FrameworkRef { format: "slug", max: 80, example: "hlm", "x-reference": ["framework"] }
    /// The slug of an academy.
    AcademyRef { format: "slug", max: 80, example: "midlands-leadership-academy", "x-reference": ["academy"] }
    /// The slug of a coaching link.
    CoachingLinkRef { format: "slug", max: 80, example: "coaching-mentoring", "x-reference": ["coaching-link"] }
    /// A provider or academy, written `kind/slug`.
    OrganiserRef { format: "entry-reference", max: 100, example: "academy/lla-london", "x-reference": ["provider", "academy"] }
    /// Any entry, written `kind/slug`.
    EntryRef { format: "entry-reference", max: 100, example: "programme/edward-jenner", "x-reference": ["programme", "provider", "academy", "coaching-link", "resource", "framework"] }
    /// A term of the vocabulary `role`.
    RoleCode { format: "code", max: 80, example: "nurse", "x-vocabulary": "role" }
    /// A term of the vocabulary `level`: ordered leadership levels.
    LevelCode { format: "code", max: 80, example: "introductory", "x-vocabulary": "level" }
    /// A term of the vocabulary `band`: ordered Agenda for Change pay bands, and what lies off that scale.
    BandCode { format: "code", max: 80, example: "afc-6", "x-vocabulary": "band" }
    /// A term of the vocabulary `region`: nations, academy footprints of 2012 to 2020, NHS England regions.
    RegionCode { format: "code", max: 80, example: "london", "x-vocabulary": "region" }
    /// A term of the vocabulary `employer`: what sort of organisation a person works for.
    EmployerCode { format: "code", max: 80, example: "nhs-organisation", "x-vocabulary": "employer" }
    /// A term of the vocabulary `sector`: to whom something is stated to be open.
    SectorCode { format: "code", max: 80, example: "nhs", "x-vocabulary": "sector" }
    /// A term of the vocabulary `registration`: statutory registers.
    RegistrationCode { format: "code", max: 80, example: "gmc", "x-vocabulary": "registration" }
    /// A term of the vocabulary `characteristic`: characteristics the Equality Act 2010 protects.
    CharacteristicCode { format: "code", max: 80, example: "race", "x-vocabulary": "characteristic" }
    /// A term of the vocabulary `employer-support`: who must back an application.
    EmployerSupportCode { format: "code", max: 80, example: "line-manager", "x-vocabulary": "employer-support" }
    /// A term of the vocabulary `access-route`: the gate a person passes to get in.
    AccessRouteCode { format: "code", max: 80, example: "openathens-account", "x-vocabulary": "access-route" }
    /// A term of the vocabulary `delivery-mode`.
    DeliveryModeCode { format: "code", max: 80, example: "online-self-paced", "x-vocabulary": "delivery-mode" }
    /// A term of the vocabulary `award-type`.
    AwardTypeCode { format: "code", max: 80, example: "masters", "x-vocabulary": "award-type" }
    /// A term of the vocabulary `cpd-scheme`.
    CpdSchemeCode { format: "code", max: 80, example: "nmc-revalidation", "x-vocabulary": "cpd-scheme" }
    /// A term of the vocabulary `eligibility`: a tag derived from a rule, never written by hand.
    EligibilityTag { format: "code", max: 80, example: "open-to-all", "x-vocabulary": "eligibility" }
}
