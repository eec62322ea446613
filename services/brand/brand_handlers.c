#include "brand.h"

/* In the order of their codes: what GetOverview looks for in the figures. The words are those that
 * a report prints above and beside the number. */
static const struct slice_indicator_rule indicators[] = {
    {"advice-count", "정책브랜드 자문·조정", "자문조정회의", "건"},
    {"foreign-followers", "외국어 SNS 팔로워", "외국어 SNS/팔로워", "명"},
    {"foreign-sites", "외국어 홈페이지", "외국어 홈페이지", "개"},
    {"foreign-views", "외국어 SNS 조회", "조회수", "회"},
    {"foreign-visitors", "외국어 홈페이지 방문자", "외국어 홈페이지/방문자", "명"},
    {"installations", "I·SEOUL·U 조형물", "설치누계", "개소"},
    {"newsletter-subscribers", "외국어 e-뉴스레터 구독자", "구독자", "명"},
    {"partners", "I·SEOUL·U 파트너스", "파트너스/업체", "개"},
};

enum status brand_get_overview(struct brand *self, struct rpc_call *call,
                               const brand_get_overview_request *in,
                               brand_get_overview_response *out)
{
    (void)self;
    return slice_find_indicators(rpc_db(call), rpc_arena(call), in->as_of, indicators,
                                 ARRAY_LENGTH(indicators), &out->indicators, &out->n_indicators);
}
