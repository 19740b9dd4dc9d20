//! The closed code lists: terms that give a value its shape.
//!
//! Each list is an enum here and a vocabulary of the same name for readers: code, label and
//! definition are written once, in this file. Terms that only classify (roles, regions, …) are
//! data instead; see [`crate::model::vocabulary`].

use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};

/// One code of a closed list, as vocabularies show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The code, kebab-case.
    pub code: &'static str,
    /// A short name to show to people.
    pub label: &'static str,
    /// What the code means.
    pub definition: &'static str,
}

/// A closed list of codes, as vocabularies show it.
#[derive(Debug, Clone, Copy)]
pub struct CodeList {
    /// The name of the vocabulary.
    pub scheme: &'static str,
    /// What the list is for.
    pub definition: &'static str,
    /// Its codes, in order.
    pub codes: &'static [Code],
}

/// Declares the closed lists: one enum each, its codes, labels and definitions.
macro_rules! code_lists {
    ($($(#[doc = $doc:literal])+ $name:ident = $scheme:literal { $($variant:ident = $code:literal, $label:literal, $definition:literal;)+ })+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
            pub enum $name {
                $(#[doc = $definition] #[serde(rename = $code)] $variant,)+
            }

            impl $name {
                /// Every code of the list, in order.
                pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

                /// The code as it is written.
                #[must_use]
                pub const fn code(self) -> &'static str {
                    match self { $(Self::$variant => $code,)+ }
                }

                /// A short name to show to people.
                #[must_use]
                pub const fn label(self) -> &'static str {
                    match self { $(Self::$variant => $label,)+ }
                }

                /// The member with this code.
                #[must_use]
                pub fn from_code(code: &str) -> Option<Self> {
                    match code { $($code => Some(Self::$variant),)+ _ => None }
                }
            }

            // Written out, since the derive does not see names that come through a macro.
            impl utoipa::PartialSchema for $name {
                fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                    ObjectBuilder::new()
                        .schema_type(SchemaType::new(Type::String))
                        .description(Some(concat!($($doc),+).trim()))
                        .enum_values(Some([$($code),+]))
                        .into()
                }
            }

            impl utoipa::ToSchema for $name {
                fn name() -> std::borrow::Cow<'static, str> {
                    stringify!($name).into()
                }
            }

            impl std::fmt::Display for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str(self.code())
                }
            }
        )+

        /// Every closed list, in the order of this file.
        pub const CODE_LISTS: &[CodeList] = &[$(CodeList {
            scheme: $scheme,
            definition: concat!($($doc),+),
            codes: &[$(Code { code: $code, label: $label, definition: $definition },)+],
        },)+];
    };
}

code_lists! {
    /// What an entry is.
    Kind = "kind" {
        Programme = "programme", "Programme", "A course of learning: a programme, a variant of one, a suite, a course or e-learning.";
        Provider = "provider", "Provider", "An organisation that runs, publishes or gives access to something in the directory.";
        Academy = "academy", "Leadership academy", "A regional leadership academy, or their network.";
        CoachingLink = "coaching-link", "Coaching and mentoring", "The coaching and mentoring service, or one of its regional registers.";
        Resource = "resource", "Resource", "Something to read, watch, use or join.";
        Framework = "framework", "Leadership framework", "A model of leadership behaviour with ordered parts.";
    }
    /// What form a programme has.
    ProgrammeType = "programme-type" {
        Programme = "programme", "Programme", "A named course of learning with a start and an end.";
        ProgrammeVariant = "programme-variant", "Programme variant", "The same programme in another form: by band, route, level or place.";
        ProgrammeSuite = "programme-suite", "Programme suite", "A named group of programmes, whose members may be unknown.";
        Course = "course", "Course", "A provider's scheduled, titled course.";
        ELearning = "e-learning", "E-learning", "Sessions taken alone, in any order.";
    }
    /// What sort of organisation a provider is.
    ProviderType = "provider-type" {
        Government = "government", "Government", "A government or one of its departments.";
        ArmsLengthBody = "arms-length-body", "Arm's length body", "A national public body outside a department.";
        NhsBody = "nhs-body", "NHS body", "A part of the NHS that runs development for its staff.";
        ProfessionalBody = "professional-body", "Professional body", "A body people join for standing in a profession.";
        Charity = "charity", "Charity", "A charity.";
        University = "university", "University", "A university or one of its schools.";
        Network = "network", "Network", "A body whose members learn from each other.";
        Platform = "platform", "Platform", "A site that carries learning made by others.";
        AccessSystem = "access-system", "Access system", "A system that lets people into learning or knowledge resources.";
        ResearchPartner = "research-partner", "Research partner", "A body named as author of research.";
        Company = "company", "Company", "A commercial company.";
        Collective = "collective", "Collective", "Several bodies named together.";
    }
    /// Whether an academy entry is one academy or a network of them.
    AcademyType = "academy-type" {
        Academy = "academy", "Academy", "One regional leadership academy.";
        Network = "network", "Network", "Several regional academies together.";
    }
    /// Whether a coaching link is the service as a whole or one register.
    CoachingLinkType = "coaching-link-type" {
        Service = "service", "Service", "The coaching and mentoring service as a whole.";
        Register = "register", "Regional register", "One region's register of coaches and mentors, with its own rules.";
    }
    /// What a resource is.
    ResourceType = "resource-type" {
        Report = "report", "Report", "A published report.";
        Paper = "paper", "Paper", "A published paper.";
        Factsheet = "factsheet", "Factsheet", "A short reference text.";
        Guidance = "guidance", "Guidance", "A document that advises.";
        FrameworkDocument = "framework-document", "Framework document", "The publication that sets out a framework.";
        Mandate = "mandate", "Mandate", "A government's mandate to a public body.";
        Strategy = "strategy", "Strategy", "A statement of policy or strategy.";
        Survey = "survey", "Survey", "A survey and its findings.";
        Blog = "blog", "Blog", "A blog.";
        BlogPost = "blog-post", "Blog post", "One post of a blog.";
        CaseStudy = "case-study", "Case study", "An account of one case.";
        Video = "video", "Video", "A video.";
        Website = "website", "Website", "A website, or a part of one.";
        ParticipationPage = "participation-page", "Participation page", "A page that asks people or organisations to take part.";
        EligibilityPage = "eligibility-page", "Eligibility page", "A page that says who is entitled to something.";
        Network = "network", "Network", "A network people join to learn from each other.";
        Faculty = "faculty", "Faculty", "A pool of specialists; not something staff book.";
        ProfessionalBody = "professional-body", "Professional body", "A body people join for standing in a profession.";
    }
    /// Whether a framework is in use.
    FrameworkType = "framework-type" {
        CompetencyFramework = "competency-framework", "Competency framework", "A model of the competencies or behaviours of leaders.";
    }
    /// Whether the thing an entry describes still exists or runs.
    StatusTerm = "status" {
        Running = "running", "Running", "A dated or clearly later source says that it runs or exists.";
        OnHold = "on-hold", "On hold", "Its provider says that it takes no new applicants for now.";
        Converted = "converted", "Converted", "It continues in another form.";
        Replaced = "replaced", "Replaced", "Something else took its place.";
        Historic = "historic", "Historic", "It is finished, and kept for reference.";
        AsListed2018 = "as-listed-2018", "As listed in 2018", "Known only as the 2018 document lists it; nothing later was looked for or seen.";
        Unknown = "unknown", "Not established", "A later state was looked for and not found.";
    }
    /// What a stated cost is.
    CostType = "cost" {
        Free = "free", "Free", "Stated to be free to those eligible.";
        FreeOnRegistration = "free-on-registration", "Free on registration", "Free after signing up.";
        FullyFunded = "fully-funded", "Fully funded", "Paid for by a body; other charges may remain.";
        Fee = "fee", "Fee", "A price is charged.";
        LevyFunded = "levy-funded", "Levy funded", "Paid from the apprenticeship levy.";
        MayCharge = "may-charge", "May charge", "Some providers or regions charge, others do not.";
        MembershipFee = "membership-fee", "Membership fee", "Comes with a paid membership.";
        OnRequest = "on-request", "Price on request", "A price exists and is told on request.";
        WithdrawalCharge = "withdrawal-charge", "Withdrawal charge", "Charged only to those who withdraw.";
    }
    /// What a price is counted by.
    CostPer = "cost-per" {
        Person = "person", "Per person", "For each person.";
        Organisation = "organisation", "Per organisation", "For each organisation.";
        Report = "report", "Per report", "For each report.";
    }
    /// Whether a price holds value added tax.
    Vat = "vat" {
        Included = "included", "Including VAT", "The amount holds VAT.";
        Excluded = "excluded", "Plus VAT", "VAT comes on top of the amount.";
    }
    /// What a duration measures.
    DurationKind = "duration-kind" {
        Calendar = "calendar", "From start to end", "From the first day to the last.";
        Study = "study", "Study time", "Time spent studying.";
        Contact = "contact", "Contact time", "Time spent together, on site or online.";
    }
    /// How exact a duration is.
    Qualifier = "qualifier" {
        About = "about", "About", "An approximate length.";
        AtLeast = "at-least", "At least", "That long or longer.";
        AtMost = "at-most", "At most", "That long or shorter.";
        Recommended = "recommended", "Recommended", "The length that is recommended.";
    }
    /// What a repeated duration is counted by.
    Per = "per" {
        Day = "day", "A day", "Each day.";
        Week = "week", "A week", "Each week.";
        Month = "month", "A month", "Each month.";
        Session = "session", "A session", "Each session.";
        Unit = "unit", "A unit", "Each unit.";
    }
    /// How binding a criterion is.
    Strength = "strength" {
        Required = "required", "Required", "Without it a person cannot take part.";
        Priority = "priority", "Priority", "Those who meet it are taken first.";
        Recommended = "recommended", "Recommended", "Advised, not demanded.";
    }
    /// What a person is to a coaching and mentoring service.
    ServiceRole = "service-role" {
        Coachee = "coachee", "Coachee", "A person who is coached.";
        Coach = "coach", "Coach", "A person who coaches.";
        Mentee = "mentee", "Mentee", "A person who is mentored.";
        Mentor = "mentor", "Mentor", "A person who mentors.";
    }
    /// How far a person has gone in an earlier programme.
    Participation = "participation" {
        Participant = "participant", "Participant", "Is taking it, or has taken it.";
        Alumnus = "alumnus", "Alumnus", "Has finished it.";
        Credit = "credit", "Prior learning", "Has earlier learning that is credited.";
    }
    /// How one entry relates to another.
    Relation = "relation" {
        StepBefore = "step-before", "Comes before", "The other entry is named as the step before this one.";
        StepAfter = "step-after", "Comes after", "The other entry is named as the step after this one.";
        PartOf = "part-of", "Part of", "This entry is a part or member of the other.";
        DistinctFrom = "distinct-from", "Not the same as", "The two are easily confused and are different things.";
        Describes = "describes", "Describes", "This entry sets out or documents the other.";
        Supports = "supports", "Supports", "This entry supports the knowledge or use of the other.";
        ReplacedBy = "replaced-by", "Replaced by", "The other entry took the place of this one.";
        SameOrganisation = "same-organisation", "Same organisation", "The other entry is the same body seen as another kind.";
    }
    /// On what a statement that one thing followed another rests.
    Basis = "basis" {
        Stated = "stated", "Stated", "A source says so.";
        SameName = "same-name", "Same name", "The names agree; no source says so.";
        Inferred = "inferred", "Inferred", "Inferred from names or places; no source says so.";
    }
    /// What a link leads to.
    LinkRole = "link-role" {
        MoreInformation = "more-information", "More information", "A page about the entry itself.";
        ProgrammesPage = "programmes-page", "Programmes page", "A provider's page about several programmes or courses.";
        EligibilityRules = "eligibility-rules", "Eligibility rules", "A page that says who is entitled.";
        MapPage = "map-page", "Map", "A page with a map to choose from.";
        Document = "document", "Document", "A document to download.";
        NewAddress = "new-address", "New address", "Where the thing has moved.";
        Website = "website", "Website", "A site of the entry's own.";
    }
    /// How near a source stands to what it tells of.
    Confidence = "confidence" {
        StatedByProvider = "stated-by-provider", "Stated by the provider", "The body that provides or runs the thing says so on its own site.";
        ThirdParty = "third-party", "Third party", "Somebody else says so, copies of a provider's document included.";
        Uncertain = "uncertain", "Uncertain", "A weak or conflicting source.";
    }
    /// Whether an entry is shown to the public.
    Publication = "publication" {
        Published = "published", "Published", "Shown to everybody.";
        Draft = "draft", "Draft", "Kept for curators; shown to nobody else.";
    }
}

impl StatusTerm {
    /// Whether what has it no longer runs: nobody can take it, whatever its rules.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Historic | Self::Replaced)
    }
}
