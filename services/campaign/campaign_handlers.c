#include "campaign.h"

/* In the order of their codes: what GetOverview looks for in the figures. The words are those that
 * a report prints above and beside the number. */
static const struct slice_indicator_rule indicators[] = {
    {"banner-impressions", "통합홍보배너 노출", "배너 연동/노출", "회"},
    {"bus-count", "시내버스 홍보", "시민접점매체/시내버스", "대"},
    {"citizen-reporters", "시민기자", "시민기자", "명"},
    {"creator-teams", "영상크리에이터", "영상크리에이터", "팀"},
    {"messenger-friends", "카카오톡 친구", "카카오톡/친구", "명"},
    {"newsletter-subscribers", "뉴스레터 구독자", "뉴스레터/구독", "명"},
    {"newsletters-sent", "뉴스레터 발송", "뉴스레터", "회"},
    {"podcast-episodes", "팟캐스트", "팟캐스트", "편"},
    {"print-run-children", "'내친구서울' 발행부수", "내친구 서울/발행부수", "부"},
    {"print-run-monthly", "'서울사랑' 발행부수", "서울사랑/발행부수", "부"},
    {"screen-spots", "TV·영화관 광고", "TV·영화관 광고", "회"},
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
