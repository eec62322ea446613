#include "campaign.h"

/* In the order of their codes: what GetOverview looks for in the figures. The words are those that
 * a report prints above and beside the number. */
static const struct slice_indicator_rule indicators[] = {
    {"banner-impressions", "통합홍보배너 노출", "통합홍보배너", "회"},
    {"bus-count", "시내버스 매체", "시내버스", "대"},
    {"citizen-reporters", "시민기자", "시민기자", "명"},
    {"creator-teams", "영상크리에이터", "영상크리에이터", "팀"},
    {"messenger-friends", "카카오톡 채널 친구", "친구", "명"},
    {"newsletter-subscribers", "뉴스레터 구독자", "뉴스레터/구독", "명"},
    {"newsletters-sent", "뉴스레터 발송", "뉴스레터/발송", "회"},
    {"podcast-episodes", "팟캐스트", "팟캐스트", "편"},
    {"print-run-monthly", "월 발행부수", "발행부수", "부"},
    {"spots", "매체 송출", "신혼부부/주거지원", "회"},
    {"stand-count", "가로판매대·구두수선대", "가로판매대", "개소"},
    {"video-count", "시정영상", "시정영상", "편"},
};

enum status campaign_get_overview(struct campaign *self, struct rpc_call *call,
                                  const campaign_get_overview_request *in,
                                  campaign_get_overview_response *out)
{
    (void)self;
    return slice_find_indicators(rpc_db(call), rpc_arena(call), in->as_of, indicators,
                                 ARRAY_LENGTH(indicators), &out->indicators, &out->n_indicators);
}
