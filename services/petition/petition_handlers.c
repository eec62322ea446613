#include "petition.h"

/* In the order of their codes: what GetOverview looks for in the figures. The words are those that
 * a report prints above and beside the number. */
static const struct slice_indicator_rule indicators[] = {
    {"agent-count", "상담 인력", "상담 인력", "명"},
    {"complaint-desk-reports", "전용 신고센터 신고", "신고건수", "건"},
    {"consultations-covid", "코로나19 상담", "상담건수", "건"},
    {"evaluator-count", "정책소통평가단", "정책소통평가단", "명"},
    {"honorary-mayor-visits", "명예시장 시정참여", "명예시장/정책제안", "회"},
    {"inspection-offices", "방문 품질점검 민원실", "방문/민원실", "개소"},
    {"monitor-count", "시정모니터", "시정모니터 운영", "명"},
    {"petitions-received", "민원 접수", "민원건수", "건"},
    {"speaker-count", "시민발언대 발언시민", "시민발언대/발언시민", "명"},
    {"speed-index", "스피드지수", "스피드지수", ""},
    {"survey-count", "시정여론조사", "여론조사/실시건수", "건"},
    {"training-online", "민원응대 온라인 교육", "민원응대/온라인 교육", "명"},
};

enum status petition_get_overview(struct petition *self, struct rpc_call *call,
                                  const petition_get_overview_request *in,
                                  petition_get_overview_response *out)
{
    (void)self;
    return slice_find_indicators(rpc_db(call), rpc_arena(call), in->as_of, indicators,
                                 ARRAY_LENGTH(indicators), &out->indicators, &out->n_indicators);
}
