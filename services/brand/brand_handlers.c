#include "brand.h"

/* In the order of their codes: what GetOverview looks for in the figures. The words are those that
 * a report prints above and beside the number. */
static const struct slice_indicator_rule indicators[] = {
    {"advice-count", "정책브랜드 자문·조정", "자문·조정", "건"},
    {"awareness", "서울브랜드 인지도", "서울브랜드 인지도$", "PERCENT"},
    {"favourability", "서울브랜드 호감도", "국내외 마케팅/호감도$", "PERCENT"},
    {"foreign-channels", "외국어 SNS 채널", "외국어 SNS", "개"},
    {"foreign-followers", "외국어 SNS 팔로워", "외국어/팔로워", "명"},
    {"foreign-sites", "외국어 홈페이지", "외국어 홈페이지", "개"},
    {"foreign-visitors", "외국어 홈페이지 방문자", "외국어/방문자", "명"},
    {"installations", "I·SEOUL·U 조형물", "설치누계", "개소"},
    {"news-programmes", "영어뉴스방송 제작", "영어뉴스방송/제작", "편"},
    {"partners", "I·SEOUL·U 파트너스", "파트너스/기업", "개"},
};

enum status brand_get_overview(struct brand *self, struct rpc_call *call,
                               const brand_get_overview_request *in,
                               brand_get_overview_response *out)
{
    (void)self;
    return slice_find_indicators(rpc_db(call), rpc_arena(call), in->as_of, indicators,
                                 ARRAY_LENGTH(indicators), &out->indicators, &out->n_indicators);
}
