from api.registration import register

register("79161234567")
