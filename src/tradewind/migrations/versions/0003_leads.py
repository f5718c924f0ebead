"""People, companies, custom fields, tags, notes, tasks, files, activities, views and segments."""

from alembic import op

from tradewind.kernel.database.embedded import APP_ROLE
from tradewind.kernel.tenancy import tenant_table

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Row-level security keeps an operator out of an index condition unless it is leak-proof, because a
# function that runs before the policy might betray a hidden row by an error. These never raise on a
# row's content. Only a superuser may say so; without it every query stays right and some are slower.
LEAK_PROOF = """
do $$
declare signature text;
begin
  foreach signature in array array[
    'ts_match_vq(tsvector, tsquery)', 'arrayoverlap(anyarray, anyarray)',
    'arraycontains(anyarray, anyarray)', 'jsonb_object_field(jsonb, text)',
    'jsonb_object_field_text(jsonb, text)', 'jsonb_exists_any(jsonb, text[])',
    'jsonb_exists_all(jsonb, text[])', 'jsonb_eq(jsonb, jsonb)', 'jsonb_lt(jsonb, jsonb)',
    'jsonb_le(jsonb, jsonb)', 'jsonb_gt(jsonb, jsonb)', 'jsonb_ge(jsonb, jsonb)', 'lower(text)',
    '"left"(text, integer)'
  ] loop
    execute format('alter function pg_catalog.%s leakproof', signature);
  end loop;
exception when insufficient_privilege then
  raise notice 'the migrating role is no superuser: full-text search over many leads is slower';
end $$
"""

COMPANIES = """
create table companies (
  id uuid primary key,
  organisation_id uuid not null,
  version integer not null default 1,
  name text not null,
  name_key text not null,
  domain text,
  industry text,
  size_band text,
  employee_count integer,
  annual_revenue_minor bigint,
  country text,
  city text,
  website text,
  custom jsonb not null default '{}',
  enrichment jsonb not null default '{}',
  tags text[] not null default '{}',
  owner_id uuid,
  import_id uuid,
  search tsvector generated always as (to_tsvector('simple'::regconfig,
    translate(name || ' ' || coalesce(domain, ''), '@._+-/:<>&;#~%=?', '                '))) stored,
  deleted_at timestamptz,
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  sort_name text generated always as (lower(name)) stored
);
create index companies_by_creation on companies (organisation_id, created_at, id) where deleted_at is null;
create index companies_by_name on companies (organisation_id, sort_name, id) where deleted_at is null;
create index companies_by_name_key on companies (organisation_id, name_key) where deleted_at is null;
create index companies_by_domain on companies (organisation_id, domain)
  where deleted_at is null and domain is not null;
create index companies_by_import on companies (import_id) where import_id is not null;
create index companies_search on companies using gin (search) where deleted_at is null;
"""

LEADS = """
create table leads (
  id uuid primary key,
  organisation_id uuid not null,
  version integer not null default 1,
  first_name text,
  last_name text,
  full_name text not null default '',
  email text,
  email_key text,
  phone text,
  phone_key text,
  job_title text,
  company_id uuid references companies (id) on delete set null,
  company_name text,
  status text not null default 'new'
    check (status in ('new', 'contacted', 'qualified', 'unqualified', 'customer', 'lost')),
  source text,
  country text check (country ~ '^[A-Z]{2}$'),
  region text,
  city text,
  language text,
  time_zone text,
  website text,
  owner_id uuid,
  score smallint check (score between 0 and 100),
  score_probability real,
  score_band text check (score_band in ('hot', 'warm', 'cool', 'cold')),
  score_kind text check (score_kind in ('model', 'rules', 'insufficient')),
  score_model_id uuid,
  scored_at timestamptz,
  converted boolean,
  converted_at timestamptz,
  first_seen_at timestamptz,
  last_activity_at timestamptz,
  do_not_email boolean not null default false,
  do_not_call boolean not null default false,
  custom jsonb not null default '{}',
  enrichment jsonb not null default '{}',
  tags text[] not null default '{}',
  import_id uuid,
  import_row integer,
  external_id text,
  notes_text text,
  merged_into_id uuid,
  deleted_at timestamptz,
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  sort_name text generated always as (nullif(lower(full_name), '')) stored,
  search tsvector generated always as (to_tsvector('simple'::regconfig,
    translate(full_name || ' ' || coalesce(company_name, '') || ' ' || coalesce(email, '') || ' '
      || coalesce(notes_text, ''), '@._+-/:<>&;#~%=?', '                '))) stored
);
create index leads_by_creation on leads (organisation_id, created_at, id) where deleted_at is null;
create index leads_by_score on leads (organisation_id, score, id) where deleted_at is null;
create index leads_by_last_activity on leads (organisation_id, last_activity_at, id) where deleted_at is null;
create index leads_by_name on leads (organisation_id, sort_name, id) where deleted_at is null;
create index leads_by_company_name on leads (organisation_id, company_name, id) where deleted_at is null;
create index leads_by_email on leads (organisation_id, email_key, id)
  where deleted_at is null and email_key is not null;
create index leads_by_phone on leads (organisation_id, phone_key)
  where deleted_at is null and phone_key is not null;
create index leads_by_external_id on leads (organisation_id, external_id)
  where deleted_at is null and external_id is not null;
create index leads_by_company on leads (company_id) where company_id is not null;
create index leads_by_owner on leads (organisation_id, owner_id, created_at, id)
  where deleted_at is null and owner_id is not null;
create index leads_by_import on leads (import_id) where import_id is not null;
create index leads_by_tag on leads using gin (tags) where deleted_at is null and tags <> '{}';
create index leads_search on leads using gin (search) where deleted_at is null;
create index leads_deleted on leads (deleted_at) where deleted_at is not null;
"""

FIELDS = """
create table custom_fields (
  id uuid primary key,
  organisation_id uuid not null,
  entity text not null check (entity in ('lead', 'company', 'deal')),
  key text not null check (key ~ '^[a-z][a-z0-9_]{0,59}$'),
  label text not null,
  kind text not null check (kind in
    ('text', 'number', 'date', 'datetime', 'boolean', 'select', 'multi_select', 'url')),
  options jsonb not null default '[]',
  filterable boolean not null default false,
  used_for_scoring boolean not null default true,
  position integer not null default 0,
  archived_at timestamptz,
  created_at timestamptz not null default now(),
  unique (organisation_id, entity, key)
);

-- Index one custom field of the current organisation; the caller may not create indexes itself.
-- Everything put into the statement is an id or was checked against a fixed form.
create function index_custom_field(field_id uuid, maximum integer) returns text
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  field record;
  target text;
  expression text;
  method text := 'btree';
  index_name text;
begin
  select * into field from public.custom_fields
    where id = field_id and filterable and archived_at is null
      and organisation_id = nullif(current_setting('app.org_id', true), '')::uuid;
  if not found then return null; end if;
  if field.key !~ '^[a-z][a-z0-9_]{0,59}$' then raise exception 'bad key'; end if;
  target := case field.entity when 'lead' then 'leads' when 'company' then 'companies' end;
  if target is null then return null; end if;
  index_name := 'cf_' || replace(field.id::text, '-', '');
  if to_regclass('public.' || index_name) is not null then return index_name; end if;
  if (select count(*) from public.custom_fields f
        where f.organisation_id = field.organisation_id
          and to_regclass('public.cf_' || replace(f.id::text, '-', '')) is not null) >= least(maximum, 30) then
    raise exception 'too many indexed fields' using errcode = 'program_limit_exceeded';
  end if;
  if field.kind in ('number', 'boolean') then
    expression := format('(custom -> %L)', field.key);
  elsif field.kind = 'multi_select' then
    expression := format('(custom -> %L)', field.key);
    method := 'gin';
  elsif field.kind in ('date', 'datetime') then
    expression := format('((custom ->> %L) collate "C")', field.key);
  else
    -- A b-tree entry holds at most a third of a page; longer texts share their first 200 characters.
    expression := format('(lower(left(custom ->> %L, 200)))', field.key);
  end if;
  execute format(
    'create index %I on public.%I using %s (%s) where organisation_id = %L::uuid and deleted_at is null',
    index_name, target, method, expression, field.organisation_id);
  return index_name;
end $$;

create function drop_custom_field_index(field_id uuid) returns void
language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  if exists (select 1 from public.custom_fields where id = field_id
      and organisation_id = nullif(current_setting('app.org_id', true), '')::uuid) then
    execute format('drop index if exists public.%I', 'cf_' || replace(field_id::text, '-', ''));
  end if;
end $$;

create table tags (
  id uuid primary key,
  organisation_id uuid not null,
  name text not null,
  colour text not null default 'grey',
  created_at timestamptz not null default now()
);
create unique index tags_by_name on tags (organisation_id, lower(name));
"""

WORK = """
create table notes (
  id uuid primary key,
  organisation_id uuid not null,
  version integer not null default 1,
  lead_id uuid references leads (id) on delete cascade,
  company_id uuid references companies (id) on delete cascade,
  deal_id uuid,
  body text not null,
  author_id uuid,
  author_name text not null default '',
  activity_id uuid,
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (num_nonnulls(lead_id, company_id, deal_id) >= 1)
);
create index notes_by_lead on notes (lead_id) where lead_id is not null;
create index notes_by_company on notes (company_id) where company_id is not null;
create index notes_by_deal on notes (deal_id) where deal_id is not null;

create table tasks (
  id uuid primary key,
  organisation_id uuid not null,
  version integer not null default 1,
  title text not null,
  body text not null default '',
  due_at timestamptz,
  done_at timestamptz,
  done_by uuid,
  lead_id uuid references leads (id) on delete cascade,
  company_id uuid references companies (id) on delete cascade,
  deal_id uuid,
  assignee_id uuid,
  priority text not null default 'normal' check (priority in ('low', 'normal', 'high')),
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index tasks_open on tasks (organisation_id, assignee_id, due_at, id) where done_at is null;
create index tasks_by_lead on tasks (lead_id) where lead_id is not null;
create index tasks_by_company on tasks (company_id) where company_id is not null;
create index tasks_by_deal on tasks (deal_id) where deal_id is not null;

create table files (
  id uuid primary key,
  organisation_id uuid not null,
  lead_id uuid references leads (id) on delete cascade,
  company_id uuid references companies (id) on delete cascade,
  deal_id uuid,
  name text not null,
  media_type text not null,
  size_bytes bigint not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  storage_key text not null,
  uploaded_by uuid,
  uploaded_by_name text not null default '',
  created_at timestamptz not null default now()
);
create index files_by_lead on files (lead_id) where lead_id is not null;
create index files_by_deal on files (deal_id) where deal_id is not null;
create index files_by_storage_key on files (storage_key);
"""

TIMELINE = """
create table activities (
  id uuid primary key,
  organisation_id uuid not null,
  lead_id uuid,
  company_id uuid,
  deal_id uuid,
  kind text not null,
  title text not null default '',
  body text not null default '',
  occurred_at timestamptz not null,
  actor_kind text not null default 'system',
  actor_id uuid,
  actor_name text not null default '',
  source text,
  data jsonb not null default '{}',
  created_at timestamptz not null default now()
);
create index activities_by_lead on activities (organisation_id, lead_id, occurred_at desc, id);
create index activities_by_kind on activities (organisation_id, kind, occurred_at, lead_id);
create index activities_by_time on activities (organisation_id, occurred_at desc, id);
create index activities_by_company on activities (company_id, occurred_at) where company_id is not null;
create index activities_by_deal on activities (deal_id, occurred_at) where deal_id is not null;
"""

VIEWS = """
create table saved_views (
  id uuid primary key,
  organisation_id uuid not null,
  version integer not null default 1,
  owner_id uuid,
  name text not null,
  shared boolean not null default false,
  entity text not null default 'lead' check (entity in ('lead', 'company', 'deal')),
  state jsonb not null default '{}',
  position integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index saved_views_by_owner on saved_views (organisation_id, entity, owner_id);

create table segments (
  id uuid primary key,
  organisation_id uuid not null,
  version integer not null default 1,
  name text not null,
  description text not null default '',
  kind text not null check (kind in ('dynamic', 'static')),
  condition jsonb,
  member_count integer,
  counted_at timestamptz,
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((kind = 'dynamic') = (condition is not null))
);
create unique index segments_by_name on segments (organisation_id, lower(name));

create table segment_members (
  organisation_id uuid not null,
  segment_id uuid not null references segments (id) on delete cascade,
  lead_id uuid not null references leads (id) on delete cascade,
  added_at timestamptz not null default now(),
  primary key (segment_id, lead_id)
);
create index segment_members_by_lead on segment_members (lead_id);
"""

TABLES = (
    "companies", "leads", "custom_fields", "tags", "notes", "tasks", "files", "activities",
    "saved_views", "segments", "segment_members",
)  # fmt: skip


def _statements(script: str) -> list[str]:
    """Split a script at the semicolons that end statements; function bodies stand between $$."""
    parts, current, quoted = [], [], False
    for line in script.splitlines():
        current.append(line)
        if line.count("$$") % 2:
            quoted = not quoted
        if not quoted and line.rstrip().endswith(";"):
            parts.append("\n".join(current))
            current = []
    return [part for part in (*parts, "\n".join(current)) if part.strip()]


def upgrade() -> None:
    for script in (COMPANIES, LEADS, FIELDS, WORK, TIMELINE, VIEWS):
        for statement in _statements(script):
            op.execute(statement)
    for name in TABLES:
        tenant_table(op, name)
    for function in ("index_custom_field(uuid, integer)", "drop_custom_field_index(uuid)"):
        op.execute(f"revoke all on function {function} from public")
        op.execute(f"grant execute on function {function} to {APP_ROLE}")
    op.execute(LEAK_PROOF)


def downgrade() -> None:
    op.execute("drop function if exists index_custom_field(uuid, integer)")
    op.execute("drop function if exists drop_custom_field_index(uuid)")
    for name in reversed(TABLES):
        op.execute(f"drop table if exists {name}")
