-- What limits and detectors need of a record, and who set which limit. Limits follow from substance, packaging, tank and
-- filling, and from what people set; the ones that count go on being written as versions into shipment_limits.
alter table substances
  add column flash_point double precision,
  add column freezing_point double precision,
  add column control_temperature double precision,
  add column emergency_temperature double precision,
  add column reactivity text check (reactivity in ('organic-peroxide', 'self-reactive', 'polymerising', 'decomposing')),
  add column reactive_type text check (reactive_type in ('A', 'B', 'C', 'D', 'E', 'F', 'G')),
  add column heating_effect text check (heating_effect in ('violent', 'medium', 'low', 'none')),
  add column antoine jsonb,
  add column expansion double precision check (expansion > 0),
  add column density_15 double precision check (density_15 > 0),
  add column density_50 double precision check (density_50 > 0),
  add column liquefied boolean not null default false,
  add column tunnel_code text,
  add column response_card jsonb;
comment on column substances.flash_point is '°C, closed cup';
comment on column substances.freezing_point is '°C below which it freezes, crystallises or separates';
comment on column substances.antoine is 'log10(mmHg) = a - b / (c + °C): {a, b, c, from, to}, from and to in °C or null';
comment on column substances.expansion is 'cubic, 1/K';
comment on column substances.density_15 is 'kg/l';
comment on column substances.liquefied is 'a gas that travels as a liquid under its own vapour pressure';
comment on column substances.response_card is '{en, zh}: {first, fire, spill, distance}';

alter table tanks
  add column kind text check (kind in ('portable-tank', 'road-tank', 'ibc', 'packaging')),
  add column provision text;
comment on column tanks.provision is 'portable tank provisions and instruction, such as T7 TP2';

alter table shipments
  add column packaging text check (packaging in ('packaging', 'ibc', 'tank')),
  add column filling jsonb;
comment on column shipments.filling is '{fraction, celsius}: filled fraction, and °C at loading';

-- A record is completed later on: what identifies a substance or a tank stays as it is.
grant update (name_zh, hazard_class, packing_group, sadt, sapt, flash_point, freezing_point, control_temperature,
  emergency_temperature, reactivity, reactive_type, heating_effect, antoine, expansion, density_15, density_50, liquefied,
  tunnel_code, response_card) on substances to zaitu_app;
grant update (capacity_litres, mawp_bar, test_pressure_bar, relief_pressure_bar, kind, provision) on tanks to zaitu_app;
create policy changed on substances for update to zaitu_app using (org_id = app_org() and app_shipment() is null);
create policy changed on tanks for update to zaitu_app using (org_id = app_org() and app_shipment() is null);

-- The alarm engine reads the record too.
grant select on tanks to zaitu_ingest;

-- What a person says of one limit: the newest row of a side holds, null takes it back. `loosens` is the derived limit
-- that it was consented to go beyond: where the record has come to ask for a tighter one, the consent no longer holds.
create table limit_settings (
  id bigint generated always as identity primary key,
  org_id uuid not null references organisations,
  shipment_id uuid not null references shipments,
  measure text not null check (measure in ('temperature', 'pressure', 'level')),
  side text not null check (side in ('high', 'highHigh', 'low', 'lowLow')),
  value double precision,
  reason text,
  loosens double precision,
  set_by uuid references people,
  consent_by uuid references people,
  set_at timestamptz not null default now(),
  check ((loosens is null) = (consent_by is null)),
  check (consent_by is null or (set_by is not null and consent_by <> set_by and reason is not null))
);
create index on limit_settings (shipment_id, measure, side, id desc);

create table limit_proposals (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organisations,
  shipment_id uuid not null references shipments,
  measure text not null check (measure in ('temperature', 'pressure', 'level')),
  side text not null check (side in ('high', 'highHigh', 'low', 'lowLow')),
  value double precision not null,
  reason text not null,
  against double precision,
  state text not null check (state in ('pending', 'in-force', 'declined', 'superseded')),
  proposed_by uuid not null references people,
  proposed_at timestamptz not null default now(),
  decided_by uuid references people,
  decided_at timestamptz,
  -- nobody consents to their own loosening, whatever a program says
  check (against is null or state <> 'in-force' or (decided_by is not null and decided_by <> proposed_by))
);
create index on limit_proposals (shipment_id, proposed_at desc);
-- one a side waits at a time
create unique index limit_proposals_pending on limit_proposals (shipment_id, measure, side) where state = 'pending';

alter table limit_settings enable row level security;
create policy seen on limit_settings for select to zaitu_app
  using (exists (select from shipment_access a where a.shipment_id = limit_settings.shipment_id));
create policy made on limit_settings for insert to zaitu_app
  with check (app_shipment() is null and org_id = app_org()
    and exists (select from shipment_access a where a.shipment_id = limit_settings.shipment_id and a.part = 'buyer'));
create policy ingest on limit_settings to zaitu_ingest using (true);
alter table limit_proposals enable row level security;
-- what a buyer's people discuss among themselves
create policy own on limit_proposals for select to zaitu_app using (app_shipment() is null and org_id = app_org());
create policy made on limit_proposals for insert to zaitu_app
  with check (app_shipment() is null and org_id = app_org()
    and exists (select from shipment_access a where a.shipment_id = limit_proposals.shipment_id and a.part = 'buyer'));
create policy decided on limit_proposals for update to zaitu_app
  using (app_shipment() is null and org_id = app_org()) with check (app_shipment() is null and org_id = app_org());
grant select, insert on limit_settings to zaitu_app;
grant select, insert on limit_proposals to zaitu_app;
grant update (state, decided_by, decided_at) on limit_proposals to zaitu_app;
grant select on limit_settings to zaitu_ingest;

-- Until now every limit was a person's: the version in force is what people have set.
insert into limit_settings (org_id, shipment_id, measure, side, value, set_by, set_at)
select v.org_id, v.shipment_id, m.key, l.key, (l.value #>> '{}')::double precision, v.set_by, v.recorded_at
from (select distinct on (shipment_id) * from shipment_limits order by shipment_id, valid_from desc, id desc) v
cross join lateral jsonb_each(v.limits) m
cross join lateral jsonb_each(m.value) l;

-- Listed with its own temperatures in the dangerous goods list of organic peroxides (ADR 2.2.52.4, UN 3113).
update substances set control_temperature = 20, emergency_temperature = 25 where org_id is null and un = '3113';
update substances s set reactivity = 'organic-peroxide', reactive_type = r.type
from (values ('3109', 'F'), ('3113', 'C'), ('3104', 'C')) r (un, type) where s.org_id is null and s.un = r.un;
update substances set reactivity = 'polymerising' where org_id is null
  and un in ('2055', '1093', '1301', '1247', '2218', '2348', '1010', '1086', '1218', '1040');
-- gives off oxygen or chlorine by itself, without an SADT
update substances set reactivity = 'decomposing' where org_id is null and un in ('2014', '2015', '1791');
update substances set liquefied = true where org_id is null
  and un in ('1005', '1017', '1040', '1978', '1011', '1077', '1010', '1086', '1079');

-- Vapour pressure: NIST Chemistry WebBook and Lange's Handbook, as log10(mmHg) and °C. Where no range is given none is known.
update substances s set antoine = jsonb_build_object('a', v.a, 'b', v.b, 'c', v.c, 'from', v.low, 'to', v.high)
from (values
  ('67-56-1', 8.08097, 1582.27, 239.73, 15, 84),
  ('64-17-5', 8.11220, 1592.86, 226.18, null, null),
  ('109-66-0', 6.87632, 1075.82, 233.36, -50, 58),
  ('110-54-3', 6.87601, 1171.17, 224.41, null, null),
  ('67-63-0', 8.11778, 1580.92, 219.61, 0, 101),
  ('67-64-1', 7.11714, 1210.595, 229.664, -13, 55),
  ('141-78-6', 7.10179, 1244.951, 217.881, 16, 76),
  ('71-43-2', 6.90565, 1211.033, 220.79, 8, 103),
  ('108-88-3', 6.95464, 1344.8, 219.482, 6, 137),
  ('142-82-5', 6.9024, 1268.115, 216.9, -2, 124),
  ('110-82-7', 6.8413, 1201.531, 222.647, 7, 105),
  ('108-05-4', 7.2101, 1296.13, 226.66, 22, 72),
  ('75-07-0', 8.00552, 1600.017, 291.809, 0, 34),
  ('60-29-7', 6.92032, 1064.066, 228.799, -61, 20),
  ('75-15-0', 6.94279, 1169.11, 241.59, 3, 80),
  ('78-79-5', 6.90335, 1080.996, 234.668, -17, 34),
  ('7664-41-7', 7.74396, 1113.928, 262.741, -33, 98),
  ('74-98-6', 7.41188, 1149.36, 298.056, 4, 87),
  ('106-97-8', 7.23086, 1175.581, 271.079, 0, 151),
  ('75-21-8', 8.72206, 2022.83, 335.806, 0, 31)
) v (cas, a, b, c, low, high)
where s.org_id is null and s.cas = v.cas;

-- kg/l at 15 and 50 °C, of which the expansion follows ((d15 - d50) / (35 d50), ADR 4.2.1.9)
update substances s set density_15 = v.d15, density_50 = v.d50
from (values ('67-56-1', 0.796, 0.763), ('64-17-5', 0.7936, 0.7633), ('67-64-1', 0.7960, 0.7560), ('108-88-3', 0.8717, 0.8388), ('71-43-2', 0.8843, 0.8465))
  v (cas, d15, d50)
where s.org_id is null and s.cas = v.cas;

-- °C: flash points (closed cup) and freezing points after the International Chemical Safety Cards
update substances s set flash_point = v.flash, freezing_point = v.freezing
from (values
  ('67-56-1', 11, -98), ('64-17-5', 13, -114), ('67-63-0', 12, -89), ('71-36-3', 35, -90), ('7664-41-7', null, -78),
  ('7782-50-5', null, -101), ('75-21-8', null, -111), ('75-56-9', -37, -112), ('67-64-1', -18, -95), ('78-93-3', -9, -86),
  ('141-78-6', -4, -84), ('108-88-3', 4, -95), ('106-42-3', 27, 13.3), ('71-43-2', -11, 5.5), ('100-42-5', 31, -31),
  ('107-13-1', -1, -84), ('108-05-4', -8, -93), ('80-62-6', 10, -48), ('79-10-7', null, 13), ('141-32-2', null, -64),
  ('64-19-7', 39, 16.6), ('108-24-7', 49, -73), ('108-95-2', 79, 40.9), ('62-53-3', 70, -6), ('26471-62-5', 127, null),
  ('74-98-6', null, -188), ('106-97-8', null, -138), ('115-07-1', null, -185), ('106-99-0', null, -109), ('75-01-4', null, -154),
  ('78-79-5', -48, -146), ('109-66-0', -49, -130), ('110-54-3', -22, -95), ('142-82-5', -4, -91), ('110-82-7', -18, 6.5),
  ('107-07-3', 60, -67), ('107-18-6', 21, -129), ('106-89-8', 31, -48), ('75-15-0', -30, -111), ('7726-95-6', null, -7.2),
  ('75-07-0', -38, -123), ('60-29-7', -45, -116), ('75-09-2', null, -95), ('107-06-2', 13, -35.7), ('7446-09-5', null, -75)
) v (cas, flash, freezing)
where s.org_id is null and s.cas = v.cas;

-- tunnel restriction codes (ADR chapter 3.2, table A, column 15)
update substances s set tunnel_code = v.code
from (values
  ('D/E', array['1230', '1170', '1219', '1120', '1280', '1090', '1193', '1173', '1294', '1307', '1114', '2055', '1301', '1247',
    '2218', '2348', '2789', '1715', '2312', '1547', '2078', '1218', '1265', '1208', '1206', '1145', '2023', '1089', '1155', '1184']),
  ('C/D', array['1005', '1017', '1135', '1098', '1744', '1079']),
  ('B/D', array['1040', '1978', '1011', '1077', '1010', '1086']),
  ('C/E', array['1093', '1131']), ('B/E', array['2015']),
  ('E', array['2014', '2031', '1830', '1789', '1805', '1824', '1791', '2209', '1593']),
  ('D', array['3109', '3113', '3104'])
) v (code, uns)
where s.org_id is null and s.un = any (v.uns);

-- What to do first, by kind of hazard; distances after the Emergency Response Guidebook 2020. An organisation's own
-- substance brings its own card, from its safety data sheet.
update substances s set response_card = jsonb_build_object(
  'en', jsonb_build_object('first', v.en[1], 'fire', v.en[2], 'spill', v.en[3], 'distance', v.en[4]),
  'zh', jsonb_build_object('first', v.zh[1], 'fire', v.zh[2], 'spill', v.zh[3], 'distance', v.zh[4]))
from (values
  -- flammable liquid, not mixing with water
  (array['1294', '1307', '1114', '2055', '1218', '1265', '1208', '1206', '1145'],
    array['Stop, engine off, no sparks or flames, keep people upwind and uphill. Vapour is heavier than air and runs into drains and hollows. Earth before any transfer.',
      'Foam, dry powder, CO2; cool the tank with water from far away. Withdraw if the relief device gets louder or the tank discolours.',
      'Keep out of drains and water. Dam with sand or earth, cover with foam, pump off with explosion-proof gear.',
      '50 m in all directions; large spill 300 m downwind; tank in a fire 800 m in all directions.'],
    array['停车熄火，禁止火源，人员撤至上风向高处。蒸气比空气重，会进入下水道和低洼处。转输前先接地。',
      '泡沫、干粉、二氧化碳；远距离喷水冷却罐体。泄放声变大或罐体变色时立即撤离。',
      '防止流入下水道和水体。用沙土围堵，泡沫覆盖，用防爆泵回收。',
      '四周50米；大量泄漏下风向300米；罐体着火四周800米。']),
  -- flammable liquid that mixes with water
  (array['1230', '1170', '1219', '1120', '1280', '1090', '1193', '1173', '1089', '1155'],
    array['Stop, engine off, no sparks or flames, keep people upwind. Methanol burns almost without a visible flame. Earth before any transfer.',
      'Alcohol-resistant foam, dry powder, CO2, much water spray; cool the tank from far away. Withdraw if the relief device gets louder.',
      'Keep out of drains. Dam, cover with alcohol-resistant foam, dilute the rest with much water.',
      '50 m in all directions; large spill 300 m downwind; tank in a fire 800 m in all directions.'],
    array['停车熄火，禁止火源，人员撤至上风向。甲醇燃烧时火焰几乎不可见。转输前先接地。',
      '抗溶泡沫、干粉、二氧化碳、大量雾状水；远距离冷却罐体。泄放声变大时立即撤离。',
      '防止流入下水道。围堵，抗溶泡沫覆盖，残余用大量水稀释。',
      '四周50米；大量泄漏下风向300米；罐体着火四周800米。']),
  -- monomer that may polymerise
  (array['1301', '1247', '2348', '2218'],
    array['Stop, no sparks or flames, keep people upwind. Compare temperature with the ambient: warmer by itself means polymerisation has begun; call the supplier for inhibitor, and clear the place.',
      'Foam (alcohol-resistant for acrylates), dry powder, CO2. Cool the tank with much water from cover: a closed tank that polymerises may burst.',
      'Keep out of drains. Dam with sand or earth, cover with foam. Never return spilled product to the tank.',
      '50 m in all directions; large spill 300 m downwind; tank in a fire 800 m in all directions.'],
    array['停车，禁止火源，人员撤至上风向。与环境温度比较：自行升温说明聚合已开始；联系供应商取阻聚剂，并撤离现场。',
      '泡沫（丙烯酸酯用抗溶泡沫）、干粉、二氧化碳。在掩体后大量喷水冷却：聚合的密闭罐可能破裂。',
      '防止流入下水道。沙土围堵，泡沫覆盖。泄漏物不得回灌。',
      '四周50米；大量泄漏下风向300米；罐体着火四周800米。']),
  -- toxic flammable liquid
  (array['1093', '1131', '1135', '1098', '2023', '1184'],
    array['Stop, no sparks or flames. Go upwind at once: vapour is poisonous. Approach only with self-contained breathing apparatus and chemical suit. Take off wetted clothes, wash with much water.',
      'Alcohol-resistant foam, dry powder, CO2, water spray. Cool the tank from far away, stay out of the smoke.',
      'Keep out of drains and water. Dam, cover with foam, knock vapour down with water spray.',
      '50 m in all directions; large spill 300 m downwind; tank in a fire 800 m in all directions.'],
    array['停车，禁止火源。立即撤至上风向：蒸气有毒。佩戴空气呼吸器和防化服方可接近。脱去污染衣物，大量水冲洗。',
      '抗溶泡沫、干粉、二氧化碳、雾状水。远距离冷却罐体，避开烟雾。',
      '防止流入下水道和水体。围堵，泡沫覆盖，雾状水压制蒸气。',
      '四周50米；大量泄漏下风向300米；罐体着火四周800米。']),
  -- flammable gas
  (array['1978', '1011', '1077', '1010', '1086'],
    array['Engine off, no sparks or flames for hundreds of metres downwind. Stay out of the white cloud and of hollows. Close the valve only if it can be done safely.',
      'Let burning gas burn unless it can be shut off. Cool the tank with much water from unmanned monitors. Flames on the shell: withdraw at once, it may explode (BLEVE).',
      'Do not touch the liquid (cold burns). Disperse vapour with water spray, never water into the liquid.',
      '100 m in all directions; large leak 800 m downwind; tank in a fire 1,600 m in all directions.'],
    array['熄火，下风向数百米内禁止火源。不得进入白色气云和低洼处。能安全操作时才关阀。',
      '不能切断气源时任其燃烧。用无人水炮大量冷却罐体。火焰烧到罐体立即撤离，可能发生BLEVE爆炸。',
      '勿接触液体（冻伤）。雾状水驱散蒸气，切勿向液体喷水。',
      '四周100米；大量泄漏下风向800米；罐体着火四周1600米。']),
  -- ammonia
  (array['1005'],
    array['Go upwind at once; the gas burns eyes and lungs. Only with breathing apparatus and gas-tight suit. Rinse eyes with water for at least 15 min.',
      'Cool the tank with much water. Shut off before putting out. No water into an open relief valve: it may freeze.',
      'Knock vapour down with water spray; never water into the liquid, it boils up. Keep run-off out of water: it kills fish.',
      '100 m in all directions, and far downwind for a large leak (ERG table 1); tank in a fire 1,600 m.'],
    array['立即撤至上风向；气体灼伤眼和肺。须穿气密防护服并佩戴空气呼吸器。眼睛用水冲洗至少15分钟。',
      '大量水冷却罐体。先切断气源再灭火。勿向开启的泄放阀喷水，以免冻结。',
      '雾状水吸收气体；切勿向液体喷水，会剧烈沸腾。废水不得流入水体。',
      '四周100米，大量泄漏下风向更远（ERG表1）；罐体着火1600米。']),
  -- toxic gas
  (array['1017', '1079'],
    array['Go upwind and uphill at once; the gas is heavier than air. Only with breathing apparatus and gas-tight suit. Whoever breathed it: lay still, oxygen, physician, also without complaints.',
      'It does not burn itself. Cool the tank with much water, none onto a leak: the acid that forms widens it.',
      'Close the leak with the capping kit, turn it so that gas comes out and not liquid. Knock vapour down with water spray downwind.',
      '100 m in all directions, and kilometres downwind for a large leak (ERG table 1); tank in a fire 800 m.'],
    array['立即撤至上风向高处；气体比空气重。须穿气密防护服并佩戴空气呼吸器。吸入者静卧、吸氧、就医，无症状也须就医。',
      '本身不燃。大量水冷却罐体，勿向泄漏点喷水：生成的酸会扩大泄漏口。',
      '用堵漏工具封堵，转动罐体使泄漏口出气而非出液。在下风向用雾状水吸收。',
      '四周100米，大量泄漏下风向数公里（ERG表1）；罐体着火800米。']),
  -- ethylene oxide
  (array['1040'],
    array['Clear the place: it burns and decomposes without air, poisons, and may explode when warm. Only with breathing apparatus and gas-tight suit.',
      'Cool the tank with very much water from unmanned monitors. Shut off before putting out. Rising temperature or pressure: withdraw at once.',
      'Dilute with more than 22 parts of water until it does not burn any more. No contact with rust, alkali, acid: it polymerises.',
      '100 m in all directions; large leak 800 m downwind; tank in a fire 1,600 m in all directions.'],
    array['撤离现场：无空气也能燃烧分解，有毒，受热可能爆炸。须穿气密防护服并佩戴空气呼吸器。',
      '用无人水炮以极大水量冷却罐体。先切断再灭火。温度或压力上升立即撤离。',
      '用22倍以上的水稀释至不可燃。避免与铁锈、碱、酸接触：会聚合。',
      '四周100米；大量泄漏下风向800米；罐体着火四周1600米。']),
  -- corrosive
  (array['1789', '1805', '1824', '1791', '2789', '1715', '2209', '1744'],
    array['Keep people upwind. Chemical suit, gloves, face shield; breathing apparatus in fumes. Rinse skin and eyes with much water for at least 15 min, take off wetted clothes.',
      'Fit to what burns around; cool the tank with water. Stay out of the fumes.',
      'Dam with sand or earth, keep out of drains. Neutralise only the last rest, slowly. Never mix hypochlorite with acid: chlorine.',
      '50 m in all directions, more downwind of fumes; tank in a fire 800 m in all directions.'],
    array['人员撤至上风向。穿防化服、手套、面罩；有烟雾时佩戴空气呼吸器。皮肤和眼睛大量水冲洗至少15分钟，脱去污染衣物。',
      '按周围火情选择灭火剂；喷水冷却罐体。避开烟雾。',
      '沙土围堵，防止流入下水道。仅少量残余可缓慢中和。次氯酸盐切勿与酸混合：会产生氯气。',
      '四周50米，烟雾下风向加大；罐体着火四周800米。']),
  -- sulphuric acid
  (array['1830'],
    array['Keep people away. Acid suit, gloves, face shield. Rinse skin and eyes with much water for at least 15 min.',
      'No water into the acid: it boils and splashes. Dry powder, CO2; cool the tank from outside only.',
      'Dam with dry sand or earth. No water, nothing that burns. With metals it gives off hydrogen: no sparks.',
      '50 m in all directions, more downwind of fumes; tank in a fire 800 m in all directions.'],
    array['人员撤离。穿耐酸服、手套、面罩。皮肤和眼睛大量水冲洗至少15分钟。',
      '切勿向酸中加水：会沸腾飞溅。用干粉、二氧化碳；仅从外部冷却罐体。',
      '干沙土围堵。勿用水和可燃物。与金属产生氢气：禁止火源。',
      '四周50米，烟雾下风向加大；罐体着火四周800米。']),
  -- oxidising liquid
  (array['2014', '2015', '2031'],
    array['Keep people upwind, keep all that burns away. Chemical suit, breathing apparatus in fumes. Warmer than its surroundings, or off-gas: it decomposes; do not close the vent.',
      'Only water, in great amounts, from far away. No foam, powder or CO2: it brings its own oxygen.',
      'Dilute with very much water. No sawdust, rags or metal: they may ignite. Never return it to the tank.',
      '50 m in all directions; large spill 100 m downwind; tank in a fire 800 m in all directions.'],
    array['人员撤至上风向，移开一切可燃物。穿防化服，有烟雾时佩戴空气呼吸器。温度高于环境或有气体产生：正在分解；不得关闭排气口。',
      '只用大量水，远距离灭火。勿用泡沫、干粉或二氧化碳：自身供氧。',
      '用大量水稀释。勿用木屑、抹布或金属：可能起火。不得回灌。',
      '四周50米；大量泄漏下风向100米；罐体着火四周800米。']),
  -- organic peroxide
  (array['3109', '3113', '3104'],
    array['Above the control temperature: restore cooling, call the consignor. Above the emergency temperature, or if it smokes or bubbles: clear the place, it may explode. No sparks, no metal, no rust.',
      'Much water from unmanned monitors or from cover, from the largest distance. After the fire keep cooling: it may start again.',
      'Take up with wet, inert material (vermiculite), keep it cool and open; never close it in, never return it.',
      '50 m in all directions; large spill 250 m; tank or load in a fire 800 m in all directions.'],
    array['高于控制温度：恢复冷却，联系托运人。高于应急温度，或冒烟起泡：立即撤离，可能爆炸。禁止火源、金属和铁锈。',
      '用无人水炮或在掩体后，最远距离大量喷水。灭火后继续冷却：可能复燃。',
      '用湿的惰性材料（蛭石）吸收，保持低温和敞开；不得密闭，不得回灌。',
      '四周50米；大量泄漏250米；货物着火四周800米。']),
  -- toxic liquid
  (array['1547', '2312', '2078', '1593'],
    array['Go upwind; it poisons through the skin as well. Chemical suit and breathing apparatus. Take off wetted clothes at once, wash with much water; phenol burns: polyethylene glycol, then water; physician.',
      'Foam, dry powder, CO2; water spray to cool. Heated closed tanks may burst. No water into isocyanate: CO2 builds pressure.',
      'Keep out of drains and water. Dam, take up with dry sand or earth; isocyanate into open drums only.',
      '50 m in all directions, more downwind of fumes; tank in a fire 800 m in all directions.'],
    array['撤至上风向；也可经皮肤中毒。穿防化服并佩戴空气呼吸器。立即脱去污染衣物，大量水冲洗；苯酚灼伤先用聚乙二醇再用水，就医。',
      '泡沫、干粉、二氧化碳；雾状水冷却。受热密闭罐可能破裂。勿向异氰酸酯加水：产生二氧化碳升压。',
      '防止流入下水道和水体。围堵，用干沙土吸收；异氰酸酯只能放入敞口桶。',
      '四周50米，烟雾下风向加大；罐体着火四周800米。'])
) v (uns, en, zh)
where s.org_id is null and s.un = any (v.uns);
