#include "petition.h"

/* In the order of their codes: what GetOverview looks for in the figures. The words are those that
 * a report prints above and beside the number. */
static const struct slice_indicator_rule indicators[] = {
    {"agent-count", "상담 인력", "상담 인력", "명"},
    {"consultations-covid", "코로나19 상담건수", "상담건수", "건"},
    {"evaluator-count", "정책소통평가단", "정책소통평가단", "명"},
    {"inspection-visits", "방문 품질점검", "방문/민원실", "회"},
    {"monitor-count", "시정모니터", "시정모니터 운영", "명"},
    {"petitions-daily", "민원 일평균", "민원건수/일평균", "건"},
    {"petitions-received", "민원 접수", "민원건수", "건"},
    {"speech-count", "시민발언대", "시민발언대", "회"},
    {"speed-index", "스피드지수", "스피드지수", ""},
    {"surveys", "여론조사", "여론조사", "건"},
    {"training-count", "민원서비스 교육", "교육/직원", "명"},
    {"workshop-participants", "청책워크숍 참석", "청책워크숍", "명"},
};

enum status petition_get_overview(struct petition *self, struct rpc_call *call,
                                  const petition_get_overview_request *in,
                                  petition_get_overview_response *out)
{
    (void)self;
    return slice_find_indicators(rpc_db(call), rpc_arena(call), in->as_of, indicators,
                                 ARRAY_LENGTH(indicators), &out->indicators, &out->n_indicators);
}
