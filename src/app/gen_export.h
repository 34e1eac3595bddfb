/* What the monitoring system's export says of a person and his household besides the roster. */
#ifndef APP_GEN_EXPORT_H
#define APP_GEN_EXPORT_H
#include "app/gen_int.h"

#define EXPORT_BLANK INT64_MIN
enum { EXPORT_TEXT_MAX = 160, EXPORT_SAID_BLANK = 2 /* neither yes nor no */ };

/* Texts "" are blank, days 0, numbers EXPORT_BLANK. Money in fen, land in tenths of a mu. */
struct export_facts {
    /* of the member */
    const char *leave_reason, *area, *dibao_class, *employer, *industry, *channel, *needs;
    uint8_t worker_insured, serious_insured, resident_pension, worker_pension, post, listed_dibao, mandarin,
        extra_insured, medical_aid, accident_insured, working, point_to_point, planned;
    int64_t months, post_months, place, plan_place, pay, travel;
    date_day began;
    /* of the household */
    uint8_t relocated, power, radio, toilet, water_safe, unsafe, trade_power, cooperative, company, leader;
    const char *road, *fuel;
    int64_t people, forest, returned, fruit, pasture, water, road_km, wage, business, property, transfer, cost,
        planning, dibao, destitute, pension, eco, net, per_head, solar, other;
    /* of who is watched */
    char risks[EXPORT_TEXT_MAX], measures[EXPORT_TEXT_MAX], health_help[EXPORT_TEXT_MAX], floor_help[EXPORT_TEXT_MAX];
    const char *disaster, *note, *industry_help, *job_help, *finance_help, *school_help, *help_state, *state, *how,
        *contact;
    uint8_t no_labour, bad_house, no_school, bad_water, uninsured, house_after, school_after, water_after,
        insurance_after;
    int64_t wage_then, business_then, transfer_then, oop_then, per_head_then, contact_phone, wage_after, business_after,
        transfer_after, per_head_after;
    date_day identified, premium, cleared;
};
void export_household(const struct gen *g, const struct gen_household *h, int32_t month, struct export_facts *x);
/* After export_household; plants the household's damage, if it has one, in the head's line. */
void export_member(const struct gen *g, const struct gen_household *h, const struct gen_person *p,
                   const struct gen_shown *shown, int32_t month, struct export_facts *x);
#endif
